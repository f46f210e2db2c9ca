"""What can go wrong by the rules of the office.

* Refusal                     a stable code, two sentences, nothing changed
  - InvalidInputError         the request itself is not usable
    - IdempotencyKeyMissingError
    - IdempotencyKeyReusedError
    - BodyTooLargeError
    - BodyNotJsonError
    - MethodNotAllowedError
    - PrinterAddressError
    - ImportRefusedError    a file, with every bad row of it
    - UnknownFieldsError
    - ForeignLinkError
    - OfficeLoopError
    - HoursOrderError
    - UnknownLoginError
    - VersionDayError
    - ListTooLongError
    - ReasonMissingError
    - DigitsRefusedError
  - NotFoundError             no such thing, or not for this person
    - UnknownServiceError
    - UnknownProcedureError
  - NotAllowedError           known, but not permitted
    - CatalogueKeeperError
    - DeviceRevokedError
    - UnknownDeviceError
    - NotAKioskError
    - LoginRequiredError
    - ForgedRequestError
  - ConflictError             the state has moved on
    - StaleVersionError
    - CounterBusyError
    - CounterIdleError
    - QueueEmptyError
    - TicketStateError
      - TicketTakenError
    - ServiceNotServedError
    - DossierStateError
    - TooManyFiltersError
    - SupplementPolicyUnsetError
    - OfficeNotReadyError
      - IdentifierMissingError
      - OfficeInactiveError
      - HoursMissingError
  - TooManyTriesError
    - TooManyDigitsError
  - UnavailableError          not now
    - ServiceClosedError
    - OutsideHoursError
    - QuotaReachedError
    - DatabaseBusyError
    - RecordAwayError
      - PasswordNotChangedError
    - StreamsFullError
  - ApologyError              what the person is told when there was a bug; no rule raises it
* SettingError                a configuration value makes no sense; stops the start

Refusals about keys of connected systems are in ``key_errors.py``, those about
accounts and second factors in ``login_errors.py``.
Bugs are not in this list: they stay KeyError and TypeError and reach the log.
No HTTP status here: ``views/problems.py`` chooses it in one place.

Every refusal speaks Vietnamese and English: what happened, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from motcua.admin.enums import Language


class SettingError(ValueError):
    """A configuration value makes no sense. The message names the key."""


@dataclass(frozen=True, slots=True)
class InBoth:
    """A fact of a refusal that has a name in each language, such as a service."""

    vi: str
    en: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """The office says no, and why.

    ``code`` is stable; ``vi`` and ``en`` are templates filled from ``facts``.
    """

    code: ClassVar[str] = "refused"
    vi: ClassVar[str] = "Không thực hiện được yêu cầu."
    en: ClassVar[str] = "The request was refused."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.text(Language.EN))
        #: How things stand now, for the screen that was behind; part of the answer where it is given.
        self.fresh: dict[str, Any] | None = None

    def text(self, language: Language | str) -> str:
        """Say it in the asked language; Vietnamese unless English is asked for."""
        is_english = language == Language.EN
        facts = {
            name: (fact.en if is_english else fact.vi) if isinstance(fact, InBoth) else fact
            for name, fact in self.facts.items()
        }
        return (self.en if is_english else self.vi).format_map(facts)


class InvalidInputError(Refusal):
    """The request itself is not usable."""

    code = "invalid_input"
    vi = "Dữ liệu gửi lên không hợp lệ: {field}."
    en = "The request is not valid: {field}."


class UnknownFieldsError(InvalidInputError):
    """A form came with fields it does not have: somebody tries what is not on the screen."""

    code = "unknown_fields"
    vi = "Biểu mẫu có trường không được phép: {fields}. Vui lòng tải lại trang rồi nhập lại."
    en = "The form has fields that are not allowed: {fields}. Please reload the page and try again."


class ForeignLinkError(InvalidInputError):
    """A row points to something of another office."""

    code = "foreign_link"
    vi = "“{row}” thuộc trung tâm khác. Vui lòng chọn mục của đúng trung tâm."
    en = "“{row}” belongs to another centre. Please choose one of the same centre."


class OfficeLoopError(InvalidInputError):
    """An office was put below itself."""

    code = "office_loop"
    vi = "{office} không thể trực thuộc chính mình hoặc một đơn vị cấp dưới. Vui lòng chọn đơn vị cấp trên khác."
    en = "{office} cannot belong to itself or to an office below it. Please choose another parent."


class HoursOrderError(InvalidInputError):
    """Opening hours end before they begin, or run into each other."""

    code = "hours_order"
    vi = "{day}: giờ mở cửa phải trước giờ đóng cửa và các ca không được chồng nhau. Vui lòng kiểm tra lại."
    en = "{day}: opening must come before closing, and stretches must not overlap. Please check."


class UnknownLoginError(InvalidInputError):
    """Nobody active on the platform has that user name or e-mail address."""

    code = "unknown_login"
    vi = "Không có tài khoản đang hoạt động nào tên “{login}”. Vui lòng kiểm tra hoặc nhờ quản trị hệ thống tạo."
    en = "No active account is called “{login}”. Please check, or ask the platform's administrator to create it."


class VersionDayError(InvalidInputError):
    """A version of a procedure would begin too early: dossiers have come in under the one before."""

    code = "version_day"
    vi = "Phiên bản mới phải có hiệu lực từ ngày {day} trở đi, vì đã có hồ sơ theo phiên bản trước. Vui lòng chọn lại."
    en = "A new version can begin on {day} at the earliest: dossiers came in under the one before. Please choose again."


class IdempotencyKeyMissingError(InvalidInputError):
    """A command came without the key that makes repeating it safe."""

    code = "idempotency_key_missing"
    vi = "Thiếu mã chống lặp (Idempotency-Key). Vui lòng thử lại từ màn hình đầu."
    en = "The Idempotency-Key header is missing. Please start again from the first screen."


class IdempotencyKeyReusedError(InvalidInputError):
    """The same key came again with another request."""

    code = "idempotency_key_reused"
    vi = "Mã chống lặp này đã dùng cho một yêu cầu khác. Vui lòng thử lại."
    en = "This idempotency key was already used for another request. Please try again."


class BodyTooLargeError(InvalidInputError):
    """The request is longer than anything we ask for."""

    code = "body_too_large"
    vi = "Dữ liệu gửi lên quá lớn (tối đa {limit} byte) hoặc không ghi rõ độ dài."
    en = "The request is too large (at most {limit} bytes) or does not state its length."


class BodyNotJsonError(InvalidInputError):
    """The request is not a JSON object."""

    code = "body_not_json"
    vi = "Dữ liệu gửi lên phải là một đối tượng JSON (Content-Type: application/json)."
    en = "The request must be a JSON object (Content-Type: application/json)."


class MethodNotAllowedError(InvalidInputError):
    """The address is there, but takes no request of this kind."""

    code = "method_not_allowed"
    vi = "Địa chỉ này không nhận loại yêu cầu đó. Vui lòng xem tài liệu API."
    en = "This address does not take that kind of request. Please see the API's document."


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a file that can't be taken in, and why."""

    #: As an editor counts lines; a row over several lines is named by its first.
    line: int
    vi: str
    en: str

    def __str__(self) -> str:
        return f"Dòng {self.line}: {self.vi} / Line {self.line}: {self.en}"


class ImportRefusedError(InvalidInputError):
    """Rows of a file are not usable; nothing of it was imported. ``rows`` names every one."""

    code = "import_refused"
    vi = "Chưa nhập gì: tệp có {count} lỗi. Hãy sửa rồi nhập lại. Lỗi đầu tiên, dòng {line}: {first}"
    en = "Nothing was imported: the file has {count} faults. Correct them and try again. First, line {line}: {first}"

    def __init__(self, rows: Iterable[BadRow]) -> None:
        self.rows = tuple(sorted(rows, key=lambda row: row.line))
        first = self.rows[0]
        super().__init__(count=len(self.rows), line=first.line, first=InBoth(first.vi, first.en))


class ListTooLongError(InvalidInputError):
    """A list has more rows than one file may hold."""

    code = "list_too_long"
    vi = "Danh sách có {count} hồ sơ; mỗi tệp chứa tối đa {limit}. Vui lòng lọc bớt (trạng thái, đơn vị) rồi tải lại."
    en = "The list has {count} dossiers; a file holds {limit} at most. Please filter it (status, office) and try again."


class ReasonMissingError(InvalidInputError):
    """The step has to be explained and was not."""

    code = "reason_missing"
    vi = "Bước “{step}” phải ghi lý do. Vui lòng nhập lý do rồi thử lại."
    en = "The step “{step}” needs a reason. Please write one and try again."


class DigitsRefusedError(InvalidInputError):
    """These are not the last digits of the dossier's telephone number, or it has none."""

    code = "digits_refused"
    vi = "Bốn số này không khớp với hồ sơ. Vui lòng kiểm tra lại, hoặc hỏi tại quầy."
    en = "These four digits do not match the dossier. Please check them, or ask at the counter."


class PrinterAddressError(InvalidInputError):
    """A printer can't be where the address says."""

    code = "printer_address"
    vi = (
        "Địa chỉ máy in “{address}” không dùng được. Các dạng hợp lệ: virtual:, tcp://10.0.0.9:9100, "
        "usb:/dev/usb/lp0, serial:/dev/ttyUSB0?baud=115200, cups:TÊN, file:/dev/TÊN."
    )
    en = (
        "The printer address “{address}” is not usable. It must look like virtual:, tcp://10.0.0.9:9100, "
        "usb:/dev/usb/lp0, serial:/dev/ttyUSB0?baud=115200, cups:NAME or file:/dev/NAME."
    )


class NotFoundError(Refusal):
    """No such thing, or not for this person."""

    code = "not_found"
    vi = "Không tìm thấy. Vui lòng kiểm tra lại đường dẫn hoặc hỏi cán bộ tại quầy."
    en = "Not found. Please check the address or ask at the desk."


class UnknownServiceError(NotFoundError):
    """The office offers no queue service of that code."""

    code = "unknown_service"
    vi = "Không có dịch vụ “{service}” tại trung tâm này. Vui lòng chọn lại."
    en = "This centre offers no service “{service}”. Please choose again."


class UnknownProcedureError(NotFoundError):
    """No procedure of that code is in force today."""

    code = "unknown_procedure"
    vi = "Thủ tục “{procedure}” không có hoặc không còn hiệu lực hôm nay. Vui lòng chọn lại."
    en = "The procedure “{procedure}” does not exist or is not in force today. Please choose again."


class NotAllowedError(Refusal):
    """Known, but not permitted."""

    code = "not_allowed"
    vi = "Bạn không có quyền thực hiện việc này. Vui lòng liên hệ quản trị đơn vị."
    en = "You may not do this. Please ask your office administrator."


class CatalogueKeeperError(NotAllowedError):
    """What all offices share is kept by the administrators of the highest office that has some."""

    code = "catalogue_keeper"
    vi = "Danh mục dùng chung cho mọi đơn vị do quản trị đơn vị cấp trên quản lý. Vui lòng liên hệ đơn vị cấp trên."
    en = "What all offices share is kept by the administrators of the office above. Please ask them."


class UnknownDeviceError(NotAllowedError):
    """No enrolled device has this token."""

    code = "device_unknown"
    vi = "Thiết bị chưa được đăng ký. Vui lòng báo cán bộ hướng dẫn."
    en = "This device is not enrolled. Please tell a member of staff."


class DeviceRevokedError(NotAllowedError):
    """The device's token has been withdrawn."""

    code = "device_revoked"
    vi = "Thiết bị đã bị thu hồi quyền. Vui lòng báo cán bộ hướng dẫn."
    en = "This device's access was withdrawn. Please tell a member of staff."


class LoginRequiredError(NotAllowedError):
    """Nobody is logged in, or not any more."""

    code = "login_required"
    vi = "Phiên đăng nhập đã hết hạn hoặc chưa đăng nhập. Vui lòng đăng nhập rồi thử lại."
    en = "You are not logged in, or no longer. Please log in and try again."


class ForgedRequestError(NotAllowedError):
    """A change came with the browser's login but without the sign that our own page sent it."""

    code = "csrf_failed"
    vi = "Không xác nhận được yêu cầu này được gửi từ trang của hệ thống. Vui lòng tải lại trang rồi thử lại."
    en = "This request could not be confirmed as sent by our own page. Please reload the page and try again."


class NotAKioskError(NotAllowedError):
    """The token belongs to another kind of machine, such as a display."""

    code = "device_not_kiosk"
    vi = "Mã này thuộc về một thiết bị khác, không phải ki-ốt. Vui lòng dùng mã được cấp cho ki-ốt."
    en = "This code belongs to another kind of device. Please use the code that was made for a kiosk."


class ConflictError(Refusal):
    """The state has moved on."""

    code = "conflict"
    vi = "Trạng thái đã thay đổi. Vui lòng tải lại và thử lại."
    en = "The state has changed meanwhile. Please reload and try again."


class StaleVersionError(ConflictError):
    """Somebody else saved first."""

    code = "stale_version"
    vi = "Người khác vừa thay đổi dữ liệu này. Vui lòng xem bản mới rồi thử lại."
    en = "Somebody else has just changed this. Please look at the new version and try again."


class CounterBusyError(ConflictError):
    """The counter is still serving somebody."""

    code = "counter_busy"
    vi = "Quầy {counter} đang phục vụ số {label}. Hãy kết thúc trước khi mời số tiếp."
    en = "Counter {counter} is serving {label}. Finish it before calling the next."


class CounterIdleError(ConflictError):
    """The counter has no ticket that the command could be about."""

    code = "counter_idle"
    vi = "Quầy {counter} chưa mời số nào."
    en = "Counter {counter} has called nobody."


class QueueEmptyError(ConflictError):
    """Nobody is waiting for the services of this counter."""

    code = "queue_empty"
    vi = "Không còn ai đang chờ cho các dịch vụ của quầy {counter}."
    en = "Nobody is waiting for the services of counter {counter}."


class TicketStateError(ConflictError):
    """The ticket is in a state that does not allow the step."""

    code = "ticket_state"
    vi = "Số {label} đang ở trạng thái “{state}”, không thực hiện được bước này."
    en = "Ticket {label} is “{state}”; this step is not possible."


class TicketTakenError(TicketStateError):
    """Another counter was quicker."""

    code = "ticket_taken"
    vi = "Số {label} đang ở quầy {counter}. Vui lòng mời số khác."
    en = "Ticket {label} is at counter {counter}. Please call another one."


class ServiceNotServedError(ConflictError):
    """The ticket waits for a service that this counter does not offer."""

    code = "service_not_served"
    vi = "Quầy {counter} không phục vụ “{service}”. Vui lòng chuyển số này sang quầy khác."
    en = "Counter {counter} does not serve “{service}”. Please leave this ticket to another counter."


class DossierStateError(ConflictError):
    """The dossier is in a status that does not allow the step."""

    code = "dossier_state"
    vi = "Hồ sơ {dossier} không thể chuyển từ “{from_status}” sang “{to_status}”."
    en = "Dossier {dossier} cannot go from “{from_status}” to “{to_status}”."


class TooManyFiltersError(ConflictError):
    """A list has as many filters of one person as fit above it."""

    code = "too_many_filters"
    vi = "Danh sách này đã lưu đủ {most} bộ lọc. Vui lòng xóa một bộ lọc rồi lưu lại."
    en = "This list has {most} saved filters already. Please remove one, then save again."


class SupplementPolicyUnsetError(ConflictError):
    """Nobody has decided what a request for more papers does to the due date."""

    code = "supplement_policy_unset"
    vi = "Chưa xác định cách tính hạn trả khi yêu cầu bổ sung hồ sơ {dossier}. Vui lòng chọn cách tính rồi thử lại."
    en = "What asking for more papers does to the due date of {dossier} is not decided. Please choose and try again."


class OfficeNotReadyError(ConflictError):
    """The office's own data lack something that the step needs."""

    code = "office_not_ready"
    vi = "Dữ liệu của đơn vị chưa đủ để thực hiện bước này. Vui lòng báo quản trị đơn vị."
    en = "The office's data are not complete enough for this step. Please tell your office administrator."


class IdentifierMissingError(OfficeNotReadyError):
    """Without the agency's identifier no dossier code can be given."""

    code = "identifier_missing"
    vi = "{office} chưa có mã định danh nên chưa cấp được mã hồ sơ. Vui lòng báo quản trị đơn vị nhập mã do tỉnh cấp."
    en = "{office} has no agency identifier, so no dossier code can be given. Please tell your office administrator."


class OfficeInactiveError(OfficeNotReadyError):
    """An office that no longer works takes no dossiers in."""

    code = "office_inactive"
    vi = "{office} đã ngừng hoạt động nên không tiếp nhận hồ sơ. Vui lòng nộp tại đơn vị thay thế."
    en = "{office} no longer works and takes no dossiers in. Please turn to the office that replaces it."


class HoursMissingError(OfficeNotReadyError):
    """Without working days nobody can say when a result is due."""

    code = "hours_missing"
    vi = "{office} chưa khai báo giờ làm việc nên chưa tính được ngày hẹn trả. Vui lòng báo quản trị đơn vị."
    en = "{office} has no working hours, so no due date can be computed. Please tell your office administrator."


class TooManyTriesError(Refusal):
    """Somebody tries faster than a person would."""

    code = "too_many_tries"
    vi = "Đã thử quá nhiều lần. Vui lòng chờ một phút rồi thử lại."
    en = "Too many tries. Please wait a minute and try again."


class TooManyDigitsError(TooManyTriesError):
    """Somebody who holds a tracking link tries telephone numbers."""

    code = "too_many_digits"
    vi = "Đã nhập sai quá nhiều lần nên tạm khóa. Vui lòng thử lại sớm nhất sau mười lăm phút, hoặc hỏi tại quầy."
    en = "Too many wrong digits: locked for a quarter of an hour at least. Please try later, or ask at the counter."


class UnavailableError(Refusal):
    """Not now."""

    code = "unavailable"
    vi = "Hệ thống tạm thời chưa phục vụ được. Vui lòng thử lại sau ít phút."
    en = "The system cannot serve this right now. Please try again in a few minutes."


class ServiceClosedError(UnavailableError):
    """The service takes no visitors at present."""

    code = "service_closed"
    vi = "Dịch vụ “{service}” đang tạm đóng. Vui lòng hỏi cán bộ hướng dẫn."
    en = "The service “{service}” is closed. Please ask a member of staff."


class OutsideHoursError(UnavailableError):
    """The office is closed at this hour."""

    code = "outside_hours"
    vi = "Ngoài giờ làm việc. {opens}"
    en = "Outside opening hours. {opens}"


class QuotaReachedError(UnavailableError):
    """The day's numbers of this service are used up."""

    code = "quota_reached"
    vi = "Dịch vụ “{service}” đã phát hết {quota} số của hôm nay."
    en = "All {quota} numbers of “{service}” for today have been given out."


class DatabaseBusyError(UnavailableError):
    """The record could not be written in time; nothing was changed."""

    code = "busy"
    vi = "Hệ thống đang bận, chưa ghi được. Chưa có số nào được phát; vui lòng thử lại."
    en = "The system is busy and nothing was written. No number was used; please try again."


class RecordAwayError(UnavailableError):
    """The record could not be read; what was shown before may still be true."""

    code = "record_away"
    vi = "Tạm thời chưa đọc được dữ liệu. Vui lòng thử lại sau ít phút."
    en = "The data cannot be read right now. Please try again in a few minutes."


class PasswordNotChangedError(RecordAwayError):
    """The new password could not be written, which the platform itself does not tell its screens."""

    code = "password_not_changed"
    vi = "Chưa đổi được mật khẩu; mật khẩu cũ vẫn dùng được. Vui lòng thử lại sau ít phút."
    en = "The password was not changed; the old one still works. Please try again in a few minutes."


class StreamsFullError(UnavailableError):
    """This server process keeps as many event streams open as it may."""

    code = "streams_full"
    vi = "Máy chủ đang giữ đủ {limit} luồng sự kiện. Vui lòng hỏi lại định kỳ (JSON)."
    en = "The server already keeps {limit} event streams open. Please poll for JSON instead."


class ApologyError(Refusal):
    """What the person is told when there was a bug: never raised, only answered."""

    code = "internal_error"
    vi = "Xin lỗi quý khách, hệ thống gặp lỗi. Vui lòng thử lại hoặc báo cán bộ mã sự cố {incident}."
    en = "We are sorry, something went wrong. Please try again, or tell a member of staff incident {incident}."
