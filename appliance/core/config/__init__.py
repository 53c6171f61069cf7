"""The configuration: one TOML file, one typed section each, unknown keys are errors.

Defaults make a fresh machine run the demo; every key's meaning stands in its section's docstring lines, from
which `docs/configuration.md` is made.
"""

from appliance.core.config.loading import ConfigError, load_config, load_text, with_own_lines
from appliance.core.config.sections import (
    Config,
    DataSection,
    LineSection,
    OfficeSection,
    PanelSection,
    RecordingSection,
    SmsSection,
)

__all__ = [
    "Config",
    "ConfigError",
    "DataSection",
    "LineSection",
    "OfficeSection",
    "PanelSection",
    "RecordingSection",
    "SmsSection",
    "load_config",
    "load_text",
    "with_own_lines",
]
