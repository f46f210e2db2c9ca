"""The kiosk's JSON: what may be chosen, giving a number, how its paper is coming along."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from flask import Response, current_app, request
from flask_appbuilder.api import expose

from motcua.admin.api.base import JsonApi
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.devices import find_device, find_kiosk
from motcua.admin.domain.offers import KioskOffer, ServiceOffer, kiosk_offer
from motcua.admin.domain.papers import paper_state
from motcua.admin.domain.tickets import IssuedTicket, TicketOrder, issued_on
from motcua.admin.domain.tracking import tracking_url
from motcua.admin.enums import Language, PrintState
from motcua.admin.errors import QuotaReachedError, Refusal
from motcua.admin.extension import Motcua, current_motcua
from motcua.admin.failpoints import failpoint
from motcua.admin.language import speak
from motcua.kiosk.auth import device_token
from motcua.kiosk.documents import KIOSK_DOCUMENTS
from motcua.kiosk.giving import Giving
from motcua.kiosk.opening import OpeningHours
from motcua.kiosk.orders import read_order
from motcua.kiosk.page_version import page_version

if TYPE_CHECKING:
    from motcua.admin.settings import Settings

_TO_JSON = json.JSONEncoder(ensure_ascii=False)


class KioskApi(JsonApi):
    """Four addresses, for enrolled kiosks only."""

    resource_name = "kiosk"
    openapi_spec_tag = "Kiosk"
    openapi_scheme = "device"
    openapi_spec_methods: ClassVar[dict[str, Any]] = KIOSK_DOCUMENTS

    def __init__(self) -> None:
        super().__init__()
        self.hours = OpeningHours()

    @expose("/services", methods=["GET"])
    def services(self) -> Response:
        """Say what this kiosk may offer now, and why not where it may not.
        ---
        get:
          description: The office's queue services, each open or with the reason why not.
        """  # noqa: D205 - FAB reads the YAML after the rule
        motcua = current_motcua()
        now = motcua.clock()
        with motcua.database.read() as session:
            device = find_kiosk(session, device_token(request))
            calendar = working_calendar(session, device.office)
            offer = kiosk_offer(
                session, device.office, calendar, now=now, series_capacity=motcua.settings.series_capacity
            )
            return _answer(200, _offer_body(offer) | {"server_time": now.isoformat(), "page_version": page_version()})

    @expose("/tickets", methods=["POST"])
    def issue(self) -> Response:
        """Give the next number.
        ---
        post:
          description: >-
            Give the next number of a service. The same Idempotency-Key again returns the same ticket.
        """  # noqa: D205
        motcua = current_motcua()
        token = device_token(request)
        try:
            order = read_order(request)
        except Refusal:
            with motcua.database.read() as session:
                find_device(session, token)  # a stranger learns nothing about what we accept
            raise
        speak(order.language)
        ticket = self._give(motcua, token, order)
        failpoint("issue.before_response")
        return _answer(200 if ticket.is_repeat else 201, _ticket_body(ticket, motcua.settings, PrintState.QUEUED))

    @expose("/tickets/<int:ticket_id>", methods=["GET"])
    def ticket(self, ticket_id: int) -> Response:
        """Return a ticket this kiosk gave, with how far its paper has come.
        ---
        get:
          description: A ticket that this kiosk gave.
        """  # noqa: D205
        motcua = current_motcua()
        with motcua.database.read() as session:
            device = find_device(session, device_token(request))
            ticket = issued_on(session, device.id, ticket_id, settings=motcua.settings)
            return _answer(200, _ticket_body(ticket, motcua.settings, paper_state(session, ticket_id)))

    def _give(self, motcua: Motcua, token: str, order: TicketOrder) -> IssuedTicket:
        giving = Giving(motcua, self.hours, token, order)
        try:
            return giving.give()
        except QuotaReachedError as refusal:
            current_app.logger.warning("device %s: %s", giving.desk and giving.desk.device_id, refusal)
            raise


def _answer(status: int, body: dict[str, Any]) -> Response:
    answer = Response(_TO_JSON.encode(body), status, content_type="application/json; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ticket_body(ticket: IssuedTicket, settings: Settings, paper: PrintState | None) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "number": ticket.label,
        "service": ticket.service,
        "service_day": ticket.service_day.isoformat(),
        "issued_at": ticket.issued_at.isoformat(),
        "waiting_ahead": ticket.ahead,
        "estimated_wait_minutes": ticket.wait_minutes,
        "tracking_url": tracking_url(settings.public_url, ticket.token),
        "print": {"state": paper.value if paper else "none"},
    }


def _offer_body(offer: KioskOffer) -> dict[str, Any]:
    return {
        "office": {"name": offer.office.name, "hotline": offer.office.hotline},
        "open": any(service.refusal is None for service in offer.services),
        "opens_at": offer.opens_at and offer.opens_at.isoformat(),
        "services": [_service_body(service) for service in offer.services],
        "priorities": [
            {"code": group.code, "name_vi": group.name_vi, "name_en": group.name_en} for group in offer.priorities
        ],
    }


def _service_body(offer: ServiceOffer) -> dict[str, Any]:
    reason = offer.refusal
    return {
        "code": offer.service.code,
        "series": offer.service.series,
        "name": offer.service.name_vi,
        "name_vi": offer.service.name_vi,
        "name_en": offer.service.name_en,
        "open": reason is None,
        "reason": reason
        and {
            "code": reason.code,
            "detail": reason.text(Language.VI),
            "detail_vi": reason.text(Language.VI),
            "detail_en": reason.text(Language.EN),
        },
        "waiting": offer.waiting,
        "estimated_wait_minutes": offer.wait_minutes,
    }
