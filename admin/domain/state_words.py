"""The states of tickets and dossiers in words, for refusals that name one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from motcua.admin.enums import DossierStatus, TicketState
from motcua.admin.errors import InBoth

if TYPE_CHECKING:
    from collections.abc import Mapping

TICKET_STATE_WORDS: Mapping[TicketState, InBoth] = MappingProxyType(
    {
        TicketState.WAITING: InBoth("đang chờ", "waiting"),
        TicketState.CALLED: InBoth("đang mời", "called"),
        TicketState.SERVING: InBoth("đang phục vụ", "being served"),
        TicketState.HELD: InBoth("đang giữ", "on hold"),
        TicketState.FINISHED: InBoth("đã xong", "finished"),
        TicketState.NO_SHOW: InBoth("vắng mặt", "absent"),
        TicketState.CANCELLED: InBoth("đã hủy", "cancelled"),
    }
)
DOSSIER_STATUS_WORDS: Mapping[DossierStatus, InBoth] = MappingProxyType(
    {
        DossierStatus.REGISTERED: InBoth("mới đăng ký", "registered"),
        DossierStatus.RECEIVED: InBoth("được tiếp nhận", "received"),
        DossierStatus.REFUSED: InBoth("không được tiếp nhận", "not accepted"),
        DossierStatus.PROCESSING: InBoth("đang xử lý", "being processed"),
        DossierStatus.SUPPLEMENT: InBoth("yêu cầu bổ sung", "awaiting more papers"),
        DossierStatus.AWAITING_PAYMENT: InBoth("chờ thực hiện nghĩa vụ tài chính", "awaiting payment"),
        DossierStatus.WITHDRAWN: InBoth("đã rút hồ sơ", "withdrawn"),
        DossierStatus.STOPPED: InBoth("dừng xử lý", "stopped"),
        DossierStatus.DONE: InBoth("đã xử lý xong", "processed"),
        DossierStatus.RETURNED: InBoth("đã trả kết quả", "result handed over"),
    }
)
