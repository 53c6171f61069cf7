"""What the sign-in page asks for."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length


class SignInForm(FlaskForm):
    """User name and password."""

    username = StringField(
        "نام کاربری",
        validators=[InputRequired("نام کاربری را بنویسید."), Length(max=64, message="نام کاربری بلند است.")],
    )
    password = PasswordField(
        "گذرواژه",
        validators=[InputRequired("گذرواژه را بنویسید."), Length(max=1024, message="گذرواژه بلند است.")],
    )
    next = HiddenField()
