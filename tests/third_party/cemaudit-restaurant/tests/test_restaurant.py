"""The plugin keeps the host's rules; what its files score stands in ``expected.jsonl`` beside them."""

from cemaudit.testing import PluginConformance


class TestRestaurant(PluginConformance):
    plugin = "restaurant"
