"""Addresses and secrets of webhooks, as the playbook may have them."""

import pytest

from rules import webhook_values


class TestAnAddress:
    @pytest.mark.parametrize(
        "value", ["https://crm.example.com/hooks?x=1", "http://127.0.0.1:8080/", "https://[::1]/x"]
    )
    def test_of_the_web_is_taken(self, value):
        assert webhook_values.address(value) == value

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "ftp://x.example",
            "https://",
            "https://user:word@x.example",
            "https://:word@x.example",
            "https://x.example:99999",
            "https://x.example:0",
            "https://[::1",
            "https://x.example/\nhost: y",
            "crm.example.com",
            5,
            "https://x.example/" + "y" * 2000,
        ],
    )
    def test_that_is_none_is_refused(self, value):
        with pytest.raises(ValueError, match="an address"):
            webhook_values.address(value)


class TestASecret:
    def test_is_base64_behind_its_mark(self):
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        assert webhook_values.secret(secret) == secret

    @pytest.mark.parametrize(
        "value", ["MfKQ9r8GKYqrTwjU", "whsec_", "whsec_x", 5, "whsec_" + "A" * 400]
    )
    def test_that_is_none_is_refused(self, value):
        with pytest.raises(ValueError, match="a secret"):
            webhook_values.secret(value)


class TestNames:
    @pytest.mark.parametrize("value", ["crm", "my-crm_2", ""])
    def test_are_plain(self, value):
        assert webhook_values.name(value) == value

    @pytest.mark.parametrize("value", ["a b", "a:b", "ליד", 5, "x" * 65])
    def test_that_are_not_are_refused(self, value):
        with pytest.raises(ValueError, match="letters"):
            webhook_values.name(value)

    @pytest.mark.parametrize("value", [{"b": "x"}, {"a": 5}, "a", {"a": "x" * 101}])
    def test_of_a_table_are_those_that_may_be(self, value):
        read = webhook_values.names("a")
        assert read({"a": "x"}) == {"a": "x"}
        with pytest.raises(ValueError, match="a table of names"):
            read(value)
