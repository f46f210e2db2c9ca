"""What the kiosk says, in both languages at once: it switches with one tap, and a machine's own notices speak both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from motcua.admin.enums import Language
from motcua.admin.language import N_, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The word's name in the page, and the message; {placeholders} are filled by the page.
WORDS = N_(
    {
        "title": "Take a number",
        "touch": "Touch for a number",
        "choose": "Choose the service you need.",
        "errand": "I have come to",
        "errand_submit": "Submit a dossier",
        "errand_supplement": "Add papers",
        "errand_collect": "Collect a result",
        "errand_ask": "Ask a question",
        "waiting": "{n} waiting",
        "wait_about": "about {time}",
        "wait_hours": "over {hours} h",
        "nobody_waiting": "nobody waiting",
        "minutes": "{n} min",
        "hours": "{hours} h {n} min",
        "service_closed": "Closed for now, please ask the staff",
        "quota_reached": "No numbers left today",
        "outside_hours": "Closed at this hour",
        "opens_at": "Opens at {time}",
        "no_services": "No service has been set up yet",
        "page": "{page} of {pages}",
        "previous": "Previous page",
        "next": "Next page",
        "priority": "Are you entitled to priority?",
        "priority_hint": "People entitled to priority are called first.",
        "priority_none": "No",
        "back": "Back",
        "issuing": "Taking a number for you …",
        "number": "Your number",
        "ahead": "{n} people before you,",
        "ahead_one": "1 person before you,",
        "wait": "about {time}.",
        "ahead_none": "You are next",
        "scan": "Scan to follow on your phone",
        "scan_name": "QR code of the page that follows this number",
        "scan_away": "The code cannot be shown just now. Your number is valid.",
        "paper_printing": "Printing …",
        "paper_ready": "Please take your ticket",
        "paper_unsure": "Please take your ticket. No paper? Please take a photo of this screen.",
        "paper_failed": "The printer is out of paper or faulty — please take a photo of this screen",
        "paper_slow": "Printing is slow — please take a photo of this screen",
        "paper_none": "No paper ticket here — please take a photo of this screen",
        "done": "Done",
        "returns": "This screen goes back by itself. Touch it to keep it.",
        "away": "Out of service for a moment",
        "away_what": "This machine has lost its connection. It comes back by itself.",
        "away_do": "Please take your number at the help desk.",
        "away_trying": "The machine is still taking your number. It will appear here; there is no need to touch again.",
        "late_do": "If you cannot wait, please take your number at the help desk.",
        "give_up": "I no longer need a number",
        "refused": "No number was given",
        "refused_what": "We are sorry, the machine could not take a number. Please try again, or ask at the help desk.",
        "refused_do": "You may choose another service.",
        "enrolled_not": "This device was not enrolled",
        "call": "Hotline: {hotline}",
        "help": "Need help",
        "help_title": "How to take a number",
        "help_first": "Touch the service you have come for.",
        "help_second": "Read your number on the screen and take the paper.",
        "help_third": "Take a seat. The board in the hall shows your number when it is your turn.",
        "help_desk": "The staff at the help desk in the hall will gladly help you.",
        "aids": "Language and assistance",
        "large": "Large type",
        "low": "Wheelchair",
    }
)
#: The notices that take the page's place.
NOTICES = N_(
    {
        "paused": "Out of service for a moment",
        "not_enrolled": "This device is not enrolled",
        "revoked": "This device's access was withdrawn",
        "visitors": "Visitors: please take your number at the help desk.",
        "todo": "Administrator: open the enrolment address of this kiosk on this device, or enter its code here.",
        "code": "Enrolment code",
        "enrol": "Enrol this device",
        "enrolling": "Enrolling …",
        "wrong_code": (
            "This code is not valid. Please check it, or make a new one under “Devices” in the administration."
        ),
        "no_answer": "The server does not answer. Please try again.",
    }
)


def in_both(words: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return words by language and name."""
    return {
        language.value: {name: translate(message, language) for name, message in words.items()} for language in Language
    }
