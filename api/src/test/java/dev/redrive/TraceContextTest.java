// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context: what is read, and what counts as absent. */
class TraceContextTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

  @Test
  void both_headers_are_read_and_written() {
    TraceContext context = TraceContext.parse(PARENT, "rojo=00f067aa0ba902b7, t61@sys=a b").get();

    assertThat(context).isEqualTo(new TraceContext(TRACE, SPAN, 1, context.state()));
    assertThat(context.state()).isEqualTo("rojo=00f067aa0ba902b7, t61@sys=a b");
    assertThat(context.isSampled()).isTrue();
    assertThat(context.parent()).isEqualTo(PARENT);
  }

  @Test
  void the_flags_of_level_2_are_kept_and_later_ones_are_not() {
    assertThat(TraceContext.parse(PARENT.replace("-01", "-02"), "").get().flags()).isEqualTo(2);
    assertThat(TraceContext.parse(PARENT.replace("-01", "-02"), "").get().isSampled()).isFalse();
    assertThat(TraceContext.parse(PARENT.replace("-01", "-fd"), "").get().flags()).isEqualTo(1);
  }

  @Test
  void a_later_version_is_read_as_far_as_it_is_known() {
    String later = "01" + PARENT.substring(2);
    assertThat(TraceContext.parse(later, "").get().parent()).isEqualTo(PARENT);
    assertThat(TraceContext.parse(later + "-what-follows", "").get().parent()).isEqualTo(PARENT);
    assertThat(TraceContext.parse(later + "x", "")).isEmpty();
    assertThat(TraceContext.parse(later + "-" + "x".repeat(500), "")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"
      })
  void what_is_malformed_is_none(String parent) {
    assertThat(TraceContext.parse(parent, "a=1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a", "a=", "=1", "A=1", "a=1=2", "a=1,a=2", "a=1,b", ",", "a=ä", "a=1\n", "a b=1", "_=1"
      })
  void a_malformed_state_is_none_and_harms_nothing(String state) {
    assertThat(TraceContext.parse(PARENT, state).get().state()).isEmpty();
  }

  @Test
  void a_state_has_bounds() {
    assertThat(TraceContext.parse(PARENT, members(32)).get().state()).isEqualTo(members(32));
    assertThat(TraceContext.parse(PARENT, members(33)).get().state()).isEmpty();
    assertThat(TraceContext.parse(PARENT, "a=" + "x".repeat(256)).get().state()).hasSize(258);
    assertThat(TraceContext.parse(PARENT, "a=" + "x".repeat(257)).get().state()).isEmpty();
    String long1 = "a=" + "x".repeat(250) + ",b=" + "x".repeat(250);
    assertThat(TraceContext.parse(PARENT, long1).get().state()).isEqualTo(long1);
    assertThat(TraceContext.parse(PARENT, long1 + ",cc=12345678").get().state()).isEmpty();
    assertThat(TraceContext.parse(PARENT, "a=1,, ,b=2").get().state()).isEqualTo("a=1,, ,b=2");
  }

  private static String members(int count) {
    return IntStream.range(0, count).mapToObj(i -> "v" + i + "=1").collect(Collectors.joining(","));
  }

  @Test
  void no_context_can_be_made_that_could_not_be_written() {
    assertThatThrownBy(() -> new TraceContext("0".repeat(32), SPAN, 0, ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TraceContext(TRACE, "B" + SPAN.substring(1), 0, ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TraceContext(TRACE, SPAN, 4, ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TraceContext(TRACE, SPAN, 0, "a=1\r\nb: 2"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
