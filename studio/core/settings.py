"""Settings are frozen data: form, command line, JSON and validation are all drawn from them."""

from typing import Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from studio.core.events import Refused


class Settings(BaseModel):
    """Base of every settings class. Equal settings are equal values; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def updated(self, changes: dict[str, Any]) -> Self:
        """Return a validated copy with `changes`; raise Refused with one sentence if they do
        not fit. A number may stand for the word that is written like it.
        """
        known = type(self).model_fields
        read = {k: _word(known[k], v) if k in known else v for k, v in changes.items()}
        try:
            return type(self).model_validate({**self.model_dump(), **read})
        except ValidationError as error:
            raise Refused(sentence(error, type(self))) from None


def _word(info: FieldInfo, value: Any) -> Any:
    """Return '240' for 240 where the setting accepts certain words and that is one of them."""
    words = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    return str(value) if str(value) in words else value


def field(
    default: Any,
    *,
    label: str,
    help: str,
    ge: float | None = None,
    le: float | None = None,
    unit: str = "",
    logarithmic: bool = False,
    advanced: bool = False,
    drawing: bool = False,
) -> Any:
    """One setting: `label` names it, `help` says its effect in the user's words, `ge`..`le`
    bound it. `drawing` marks a model's setting that may still be changed once it is trained.
    """
    extra: dict[str, Any] = {
        "unit": unit,
        "logarithmic": logarithmic,
        "advanced": advanced,
        "drawing": drawing,
    }
    return Field(default, title=label, description=help, ge=ge, le=le, json_schema_extra=extra)


def sentence(error: ValidationError, settings: type[BaseModel]) -> str:
    """Turn pydantic's report into one sentence that names the setting and what it accepts."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    if first["type"] == "extra_forbidden":
        known = ", ".join(settings.model_fields)
        return f"There is no setting '{name}'; the settings here are: {known}."
    reason = first["msg"][0].lower() + first["msg"][1:]
    return f"The setting '{name}' does not accept {first['input']!r}: {reason}."


def extra(info: FieldInfo, key: str) -> Any:
    """Read what `field` stored beside the range: 'unit', 'logarithmic', 'advanced', 'drawing'."""
    stored = info.json_schema_extra
    return stored.get(key) if isinstance(stored, dict) else None
