package dev.braid.base.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.step.Steps;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MetricsTest {

  private final Metrics metrics = new Metrics();

  @Test
  @DisplayName("the text is Prometheus', in the order of the names")
  void text() {
    metrics.gauge("braid_up", "Whether it is.", () -> 1);
    var calls = metrics.counter("braid_calls_total", "Calls.", "method", "code");
    calls.add(2, "Probe", "OK");
    calls.add(1, "Say \"x\"\n", "OK");
    metrics.counter("braid_bare_total", "Nothing yet.");
    assertThat(metrics.text())
        .isEqualTo(
            """
            # HELP braid_bare_total Nothing yet.
            # TYPE braid_bare_total counter
            braid_bare_total 0.0
            # HELP braid_calls_total Calls.
            # TYPE braid_calls_total counter
            braid_calls_total{method="Probe",code="OK"} 2.0
            braid_calls_total{method="Say \\"x\\"\\n",code="OK"} 1.0
            # HELP braid_up Whether it is.
            # TYPE braid_up gauge
            braid_up 1.0
            """);
  }

  @Test
  @DisplayName("a name twice, and labels too few, are mistakes of ours that show at once")
  void mistakes() {
    var counter = metrics.counter("braid_one_total", "One.", "label");
    assertThatThrownBy(() -> metrics.gauge("braid_one_total", "Again.", () -> 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> counter.add(1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("steps are counted by name and outcome")
  void steps() {
    var steps = new Steps(List.of(new StepMetrics(metrics)));
    steps.run("map LUN", step -> {});
    assertThatThrownBy(
            () ->
                steps.run(
                    "map LUN",
                    step -> {
                      throw new IllegalStateException();
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(metrics.text())
        .contains(
            "braid_steps_total{step=\"map LUN\",outcome=\"done\"} 1.0",
            "braid_steps_total{step=\"map LUN\",outcome=\"failed\"} 1.0",
            "braid_step_seconds_total{step=\"map LUN\"} ");
  }
}
