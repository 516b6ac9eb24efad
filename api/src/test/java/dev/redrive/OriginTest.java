// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is known of where a message comes from, and what surrounds a thread. */
class OriginTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final Instant SOON = Instant.parse("2030-01-01T00:00:10Z");

  @Test
  void headers_are_read_whatever_their_case_and_written_in_lower_case() {
    Origin origin =
        Origin.of(
            Map.of(
                "X-Request-ID",
                "r",
                "TraceParent",
                TRACE,
                "TRACESTATE",
                "a=1",
                "Baggage",
                "b=2",
                "x-response-id",
                "other",
                "content-type",
                "text/plain"));

    assertThat(origin.requestId()).contains("r");
    assertThat(origin.headers())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("traceparent", TRACE, "tracestate", "a=1", "baggage", "b=2"));
  }

  @Test
  void malformed_headers_are_absent_each_for_itself() {
    Origin origin = Origin.of(Map.of("x-request-id", "a\nb", "traceparent", "x", "baggage", "b=2"));

    assertThat(origin.requestId()).isEmpty();
    assertThat(origin.trace()).isEmpty();
    assertThat(origin.baggage()).isPresent();
    assertThat(Origin.of(Map.of("x-request-id", "r".repeat(201)))).isEqualTo(Origin.NONE);
    assertThat(Origin.of(Map.of("tracestate", "a=1"))).isEqualTo(Origin.NONE);
  }

  @Test
  void a_request_id_is_checked() {
    assertThat(Origin.NONE.withRequestId("r".repeat(200)).requestId()).isPresent();
    for (String wrong : List.of("", " ", "r".repeat(201), "a\rb")) {
      assertThatThrownBy(() -> Origin.NONE.withRequestId(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void of_two_the_first_counts_and_the_earlier_deadline() {
    Origin one = Origin.NONE.withRequestId("one").withDeadline(SOON);
    Origin other = Origin.of(Map.of("x-request-id", "other", "baggage", "a=1"));

    assertThat(one.or(other).requestId()).contains("one");
    assertThat(one.or(other).baggage()).isEqualTo(other.baggage());
    assertThat(one.or(other.withDeadline(SOON.minusMillis(1))).deadline())
        .contains(SOON.minusMillis(1));
    assertThat(one.or(other.withDeadline(SOON.plusMillis(1))).deadline()).contains(SOON);
    assertThat(Origin.NONE.or(one)).isEqualTo(one);
    assertThat(one.withoutDeadline().or(Origin.NONE).deadline()).isEmpty();
  }

  @Test
  void a_thread_has_an_origin_only_within_what_is_wrapped() {
    Origin origin = Origin.NONE.withRequestId("r");
    List<Origin> seen = new ArrayList<>();

    origin
        .wrap(
            () -> {
              seen.add(Origin.current());
              Origin.NONE.wrap(() -> seen.add(Origin.current())).run();
              seen.add(Origin.current());
            })
        .run();

    assertThat(seen).containsExactly(origin, Origin.NONE, origin);
    assertThat(Origin.current()).isEqualTo(Origin.NONE);
  }

  @Test
  void an_exception_leaves_nothing_behind() {
    Runnable throwing =
        Origin.NONE
            .withRequestId("r")
            .wrap(
                () -> {
                  throw new IllegalStateException("planned");
                });

    assertThatThrownBy(throwing::run).hasMessage("planned");

    assertThat(Origin.current()).isEqualTo(Origin.NONE);
  }

  @Test
  void a_context_is_taken_along_with_its_surroundings() {
    List<String> seen = new ArrayList<>();
    Context context =
        new Context(
            "a",
            "q",
            2,
            Origin.NONE.withDeadline(SOON),
            () -> SOON.minusSeconds(3),
            task ->
                () -> {
                  seen.add("before");
                  task.run();
                });

    context.wrap(() -> seen.add(Context.current().orElseThrow().messageId())).run();

    assertThat(seen).containsExactly("before", "a");
    assertThat(context.remaining()).contains(Duration.ofSeconds(3));
    assertThat(Context.current()).isEqualTo(Optional.empty());
  }
}
