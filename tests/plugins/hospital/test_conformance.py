"""The sector passes the suite any plugin must pass."""

from __future__ import annotations

from cemaudit.testing import PluginConformance


class TestHospital(PluginConformance):
    plugin = "hospital"
