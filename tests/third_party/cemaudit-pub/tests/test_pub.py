"""The plugin keeps the host's rules in the one language it has."""

from __future__ import annotations

from cemaudit.testing import PluginConformance


class TestPub(PluginConformance):
    plugin = "pub"
