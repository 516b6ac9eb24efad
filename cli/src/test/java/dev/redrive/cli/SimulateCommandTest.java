// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.Shell.Result;
import dev.redrive.cli.http.Api;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulateCommandTest {
  private static Result simulate(String... more) {
    String[] args = new String[5 + more.length];
    System.arraycopy(new String[] {"simulate", "--outage", "1m", "--rate", "16"}, 0, args, 0, 5);
    System.arraycopy(more, 0, args, 5, more.length);
    return new Shell().run(args);
  }

  @Test
  void the_default_policy_needs_no_server() {
    Result result = simulate();

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("exponential from 1s", "outage of 1m at 16.0 messages/s", "the outage is over")
        .doesNotContain("backlog");
  }

  @Test
  void settings_and_a_capacity_are_taken_into_account() throws Exception {
    Result result =
        simulate(
            "--capacity",
            "20",
            "--json",
            "backoff=fixed",
            "first=1s",
            "jitter=full",
            "attempts=900");

    assertThat(result.code()).as(result.err()).isZero();
    JsonNode json = Api.JSON.readTree(result.out());
    assertThat(Duration.parse(json.path("timeToDrain").asText()).toSeconds())
        .as("960 messages at 4 a second")
        .isBetween(238L, 242L);
    assertThat(json.path("buckets").size()).isPositive();
    assertThat(json.path("buckets").get(0).path("firstAttempts").asDouble()).isPositive();
  }

  @Test
  void mistakes_are_wrong_usage_and_say_what_is_wrong() {
    assertThat(simulate("jiter=full"))
        .satisfies(
            result -> {
              assertThat(result.code()).isEqualTo(2);
              assertThat(result.err()).contains("jitter");
            });
    assertThat(simulate("full").code()).isEqualTo(2);
    assertThat(simulate("--capacity", "16"))
        .satisfies(
            result -> {
              assertThat(result.code()).isEqualTo(2);
              assertThat(result.err()).contains("capacity");
            });
    assertThat(new Shell().run("simulate", "--outage", "1m").code()).isEqualTo(2);
  }
}
