"""What can go wrong with the key of a connected system: refusals like those of ``errors.py``.

* InvalidInputError
  - KeySpanError
* NotAllowedError
  - UnknownKeyError
  - KeyRevokedError
  - KeyExpiredError
  - KeyScopeError
* TooManyTriesError
  - TooManyRequestsError
"""

from __future__ import annotations

from motcua.admin.errors import InvalidInputError, NotAllowedError, TooManyTriesError


class KeySpanError(InvalidInputError):
    """A key would end before it begins, or live longer than anybody remembers it."""

    code = "key_span"
    vi = "Khóa phải có ngày hết hạn sau hôm nay và không quá hai năm. Vui lòng chọn ngày khác."
    en = "A key must end after today and within two years. Please choose another day."


class UnknownKeyError(NotAllowedError):
    """No connected system has this key."""

    code = "key_unknown"
    vi = "Thiếu khóa hoặc khóa của hệ thống kết nối không đúng. Vui lòng gửi khóa như tài liệu API hướng dẫn."
    en = "The key is missing or wrong. Send the connected system's key in the header Authorization: Bearer."


class KeyRevokedError(NotAllowedError):
    """The key's access has been withdrawn."""

    code = "key_revoked"
    vi = "Khóa này đã bị thu hồi. Vui lòng liên hệ quản trị đơn vị để được cấp khóa mới."
    en = "This key was withdrawn. Please ask the office administrator for a new one."


class KeyExpiredError(NotAllowedError):
    """The key has come to its end."""

    code = "key_expired"
    vi = "Khóa này đã hết hạn. Vui lòng liên hệ quản trị đơn vị để được cấp khóa mới."
    en = "This key has expired. Please ask the office administrator for a new one."


class KeyScopeError(NotAllowedError):
    """The key does not open this."""

    code = "key_scope"
    vi = "Khóa này không được phép làm việc này. Vui lòng liên hệ quản trị đơn vị để được cấp quyền."
    en = "This key does not allow that. Please ask the office administrator to allow it."


class TooManyRequestsError(TooManyTriesError):
    """A program asks faster than was agreed."""

    code = "too_many_requests"
    vi = "Gửi quá {limit} yêu cầu trong một phút. Vui lòng chờ rồi gửi lại."
    en = "More than {limit} requests in a minute. Please wait and send them again."
