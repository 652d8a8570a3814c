"""LANGUAGE §7: agents are actors with a model; asking a model that is not installed is a fault that says so."""

from __future__ import annotations

import pytest

from tests.engine.language.running import fixed, problem, run

AGENT = """
agent Recommender {
    model "llama3" { temperature: 0.7, max_tokens: 64, seed: 7 }
    state asked: int = 0
    on count() {
        asked += 1
        render asked
    }
    on predict(input: string) {
        render "before"
        asked += 1
        let answer = model.run(input + "!")
        render answer.upper()
    }
}
"""


def test_an_agent_is_an_actor() -> None:
    result = run(AGENT + "Recommender.count()\nlet other = spawn Recommender()\nother.count()\nRecommender.count()")
    assert result.texts == ["1", "2", "1"]


def test_asking_a_model_that_is_not_installed_fails_the_turn_and_says_what_to_do() -> None:
    result = run(
        AGENT + 'Recommender.predict("a")\nRecommender.count()\nlet other = spawn Recommender()\nother.count()'
    )
    assert (result.fault.kind, result.fault.actor, result.fault.line) == ("model_missing", 1, 12)
    assert "the model llama3 is not installed" in result.fault.message
    assert "To go on" in result.fault.message
    assert result.texts == ["1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agent R { on x() { } }", "the agent `R` has no model"),
        ('actor R { model "m"\non x() { } }', "Only an `agent` has a model."),
        ('agent R { model "m" { heat: 1 } }', "a model has no setting `heat`"),
        ('agent R { model "m" { seed: 1.5 } }', "`seed` must be a whole number"),
        ("agent R { model llama }", "the name of a model in quotes"),
        ('agent R { model "m"\non x() { render model.embed("t") } }', "tensors are not available yet"),
        ('agent R { model "m"\non x() { render model.chat([1]) } }', "`model.chat` is not available yet"),
        ('agent R { model "m"\non x() { render model.dream() } }', "a model has no method `dream`"),
        ('agent R { model "m"\non x() { render model.run(1) } }', "`text` must be `string`"),
        ("actor R { on x() { render model.run(1) } }", "there is no `model` here"),
    ],
)
def test_mistakes_with_models(text: str, message: str) -> None:
    assert message in problem(text)


def test_an_unquoted_model_has_a_fix() -> None:
    assert fixed("agent R { model llama }") == 'agent R { model "llama" }'
