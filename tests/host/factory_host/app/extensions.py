"""What the host is made of."""

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.base import SQLA
from flask_wtf import CSRFProtect

appbuilder = AppBuilder()
csrf = CSRFProtect()
db = SQLA()
