"""What can go wrong with an account and its second factor: refusals like those of ``errors.py``.

* InvalidInputError
  - CodeRefusedError
  - PasswordRefusedError
* NotFoundError
  - FirstAccountLinkOldError
* ConflictError
  - SecondFactorHeldError
  - FirstAccountMadeError
* TooManyTriesError
  - TooManyCodesError
"""

from __future__ import annotations

from motcua.admin.errors import ConflictError, InvalidInputError, NotFoundError, TooManyTriesError


class CodeRefusedError(InvalidInputError):
    """The code of a second factor is wrong, over, or was used before."""

    code = "code_refused"
    vi = "Mã không đúng hoặc đã được dùng. Vui lòng chờ ứng dụng hiện mã mới rồi nhập lại."
    en = "The code is wrong or was used before. Please wait for the app to show a new one and enter that."


class PasswordRefusedError(InvalidInputError):
    """Whoever changes how one logs in must know the password."""

    code = "password_refused"
    vi = "Mật khẩu không đúng. Vui lòng nhập lại."
    en = "The password is wrong. Please enter it again."


class FirstAccountLinkOldError(NotFoundError):
    """The link to the first account was right, and is more than a day old."""

    code = "first_account_link_old"
    vi = "Liên kết này đã quá 24 giờ và không còn dùng được. Hãy chạy lệnh `motcua first-account` để lấy liên kết mới."
    en = "This link is more than 24 hours old and no longer works. Please run `motcua first-account` for a new one."


class SecondFactorHeldError(ConflictError):
    """There is a second factor already; a new one needs the old one to be removed."""

    code = "second_factor_held"
    vi = "Tài khoản này đã bật xác thực hai bước. Muốn dùng điện thoại khác, hãy tắt rồi bật lại."
    en = "This account has two-step login already. For another phone, switch it off and on again."


class FirstAccountMadeError(ConflictError):
    """The platform has an account; the next ones are made by its administrator."""

    code = "first_account_made"
    vi = "Hệ thống đã có tài khoản. Vui lòng đăng nhập."
    en = "There is an account already. Please log in."


class TooManyCodesError(TooManyTriesError):
    """Somebody who knows the password tries codes."""

    code = "too_many_codes"
    vi = "Đã nhập mã quá nhiều lần. Vui lòng chờ mười lăm phút rồi thử lại."
    en = "Too many codes were tried. Please wait a quarter of an hour and try again."
