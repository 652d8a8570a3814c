"""Every form that LANGUAGE.md marks as coming from the founding document runs to the letter."""

from __future__ import annotations

from tests.engine.language.running import expect, run


def test_variables_with_types() -> None:
    expect(
        """
        let x: int = 10                                        // (seed)
        let name: string = "AeroFlow"                          // (seed)
        let items: list<string> = ["a", "b"]                   // (seed)
        let config: dict<string, int> = {"port": 8080}         // (seed)
        render x                                               // => 10
        render name                                            // => AeroFlow
        render items                                           // => ["a", "b"]
        render config                                          // => {"port": 8080}
        """
    )


def test_a_function_that_renders_its_result() -> None:
    expect(
        """
        fn greet(name: string) -> string {
          render {"Hello, " + name} // Expressions inside render blocks      (seed)
        }
        render {greet("World")}     // => Hello, World
        """
    )


def test_an_actor_with_a_handler() -> None:
    expect(
        """
        actor Auth {                                            // (seed)
            on login(user: string) {
                render {"User: " + user + " authenticated"}
            }
        }
        Auth.login("ada")  // => User: ada authenticated
        """
    )


def test_an_agent_with_a_model_that_is_not_installed() -> None:
    result = run(
        """
        agent Recommender {                                     // (seed)
            model "llama3"
            on predict(input: string) {
                render {model.run(input)} // Deterministic inference
            }
        }
        Recommender.predict("next")
        """
    )
    assert (result.fault.kind, result.fault.line, result.fault.function) == (
        "model_missing",
        5,
        "Recommender.predict",
    )
    assert "llama3 is not installed" in result.fault.message
    assert result.texts == []


def test_a_rendered_timeline() -> None:
    result = run(
        """
        render timeline {                                       // (seed)
            node Auth -> Recommender at 10ms payload "login event"
            node Recommender -> UI at tick=125 payload {"items": [1,2,3]}
        }
        """
    )
    (output,) = result.outputs
    assert [(row.source, row.target, row.tick, row.payload) for row in output.lane] == [
        ("Auth", "Recommender", 10, "login event"),
        ("Recommender", "UI", 125, '{"items": [1, 2, 3]}'),
    ]


SERVERS = """
actor Server(counter: int) { state status: string = "up" }
let server_1 = spawn Server(3)
let server_2 = spawn Server(4)
let load_balancer = spawn Server(0)
"""


def test_a_rendered_distributed_state() -> None:
    result = run(
        SERVERS
        + """
every 2ms {
    render distributed state {                              // (seed)
        server_1.counter
        server_2.counter
        load_balancer.status
    }
    stop
}
"""
    )
    (picture,) = result.outputs
    assert (picture.kind, picture.tick) == ("state", 2)
    assert picture.rows == (("server_1.counter", "3"), ("server_2.counter", "4"), ("load_balancer.status", "up"))


def test_a_distributed_state_at_the_top_level_is_taken_before_the_actors_have_started() -> None:
    result = run(SERVERS + "render distributed state {\n server_1.counter\n load_balancer.status\n}")
    (picture,) = result.outputs
    assert picture.tick == 0
    assert picture.rows == (("server_1.counter", "(starting)"), ("load_balancer.status", "(starting)"))
