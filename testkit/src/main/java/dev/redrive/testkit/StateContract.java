// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.InMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a transport is doing, and what becomes of messages while it is cut off. */
interface StateContract extends Chapter {

  @Test
  @DisplayName("T-69 a listener is told the present state, and then each change")
  default void listener_is_told_the_state() {
    Scene scene = Scene.open(harness());
    List<TransportState> states = listen(scene);
    scene.harness().await("the present state", () -> !states.isEmpty());
    assertThat(states).containsExactly(TransportState.UP);

    if (harness().cut()) {
      scene.harness().await("DOWN", () -> isLast(TransportState.DOWN, states));
      List<TransportState> late = listen(scene);
      scene.harness().await("the present state", () -> !late.isEmpty());
      assertThat(late).containsExactly(TransportState.DOWN);
      harness().heal();
      scene.harness().await("UP", () -> isLast(TransportState.UP, states));
      scene.harness().await("UP", () -> isLast(TransportState.UP, late));
    } else {
      scene.advance(scene.ticks(10));
      assertThat(states).as("nothing can cut it off").containsExactly(TransportState.UP);
    }
  }

  private static List<TransportState> listen(Scene scene) {
    List<TransportState> states = Collections.synchronizedList(new ArrayList<>());
    scene.transport().onState(states::add);
    return states;
  }

  // A listener may be told the first state late, when it has changed already.
  private static boolean isLast(TransportState state, List<TransportState> states) {
    return !states.isEmpty() && states.get(states.size() - 1) == state;
  }

  @Test
  @DisplayName("T-70 after the connection was lost all goes on by itself, and nothing is lost")
  default void all_goes_on_after_a_lost_connection() {
    Scene scene = Scene.open(harness());
    scene.accepted("leased", "waiting");
    Recipient recipient = scene.recipient(scene.shortLease());
    InMessage leased = recipient.next();
    recipient.begin(leased);
    List<TransportState> states = listen(scene);
    Settled answer = Settled.STALE;
    if (harness().cut()) {
      scene.harness().await("DOWN", () -> isLast(TransportState.DOWN, states));
      assertThat(
              scene.failure(
                  () ->
                      scene.transport().publish(scene.queue(), List.of(scene.message("refused")))))
          .isInstanceOf(TransportException.class);
      answer = recipient.ack(leased);
      assertThat(answer).isIn(Settled.UNKNOWN, Settled.STALE);
      harness().heal();
      scene.harness().await("UP", () -> isLast(TransportState.UP, states));
    }
    scene.advance(scene.ticks(4));
    scene.accepted("after");

    recipient.request(3);
    Set<String> expected = new HashSet<>(Set.of("waiting", "after"));
    if (answer == Settled.STALE) {
      expected.add("leased");
    }
    scene.harness().await("all", () -> recipient.unread().containsAll(expected));
    // What had no answer holds, or comes again.
    scene.advance(scene.ticks(1));
    List<InMessage> messages = recipient.next(recipient.unread().size());
    assertThat(messages)
        .extracting(InMessage::id)
        .doesNotHaveDuplicates()
        .isSubsetOf("leased", "waiting", "after");
    messages.forEach(message -> assertThat(recipient.ack(message)).isEqualTo(Settled.DONE));
    scene.assertCount(QueueStats::succeeded, 3);
  }
}
