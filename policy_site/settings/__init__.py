"""``site.toml``: what the operator decided, read once, all faults at once."""

from policy_site.settings.brand import BrandFont, BrandLink, BrandSettings
from policy_site.settings.faults import faults_once, known_keys
from policy_site.settings.policies import FileName, PolicySettings
from policy_site.settings.reading import parse_settings, read_settings
from policy_site.settings.tables import (
    ContentSettings,
    FeedSettings,
    Guard,
    NoticePreset,
    Settings,
)
from policy_site.settings.values import LanguageTag, Line, Slug, absolute_address
from policy_site.settings.versions import Correction, VersionSettings

__all__ = [
    "BrandFont",
    "BrandLink",
    "BrandSettings",
    "ContentSettings",
    "Correction",
    "FeedSettings",
    "FileName",
    "Guard",
    "LanguageTag",
    "Line",
    "NoticePreset",
    "PolicySettings",
    "Settings",
    "Slug",
    "VersionSettings",
    "absolute_address",
    "faults_once",
    "known_keys",
    "parse_settings",
    "read_settings",
]
