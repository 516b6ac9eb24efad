// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Transport;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Ending in good order. */
interface CloseContract extends Chapter {

  @Test
  @DisplayName("T-71 a subscription that closes gives its leases back at once and uncounted")
  default void closed_subscription_gives_leases_back() {
    Scene scene = Scene.open(harness());
    scene.accepted("begun", "leased");
    Recipient closing = scene.recipient();
    List<InMessage> messages = closing.next(2);
    closing.begin(messages.get(0));
    Recipient recipient = scene.recipient();
    recipient.nothing("both are leased");

    closing.close();

    List<InMessage> again = recipient.next(2);
    assertThat(again).extracting(InMessage::id).containsExactlyInAnyOrder("begun", "leased");
    assertThat(again).extracting(InMessage::attempt).containsOnly(1);
    assertThat(again).extracting(InMessage::crashes).containsOnly(0);
    if (scene.has(Capability.FENCED_LEASE)) {
      assertThat(closing.ack(messages.get(0))).isEqualTo(Settled.STALE);
      assertThat(closing.begin(messages.get(1))).isEqualTo(Settled.STALE);
    }
    again.forEach(message -> assertThat(recipient.ack(message)).isEqualTo(Settled.DONE));
    scene.conserved();
  }

  @Test
  @DisplayName("T-72 a subscription that drains takes nothing more, and settles what it has")
  default void draining_subscription_settles_what_it_has() {
    Scene scene = Scene.open(harness());
    scene.accepted("a", "b");
    Recipient recipient = scene.recipient();
    List<InMessage> messages = recipient.next(2);
    recipient.request(5);

    scene.await(recipient.subscription().drain());
    scene.accepted("c");
    scene.await(recipient.subscription().drain());
    recipient.request(5);
    recipient.nothing("it is drained");

    assertThat(recipient.begin(messages.get(0))).isEqualTo(Settled.DONE);
    assertThat(recipient.ack(messages.get(0))).isEqualTo(Settled.DONE);
    recipient.close();
    assertThat(scene.takeAll(2)).containsExactlyInAnyOrder("b", "c");
  }

  @Test
  @DisplayName("T-73 nothing is handed over to a subscription that is closed")
  default void nothing_is_handed_over_after_close() {
    Scene scene = Scene.open(harness());
    Recipient recipient = scene.recipient();
    recipient.request(10);
    recipient.close();
    scene.accepted("m");
    scene.advance(scene.ticks(1));
    recipient.request(10);
    scene.advance(scene.ticks(1));

    assertThat(recipient.ids()).isEmpty();
    scene.await(recipient.subscription().drain());
    assertThat(scene.takeAll(1)).containsExactly("m");
  }

  @Test
  @DisplayName("T-74 a transport that closes gives leases back at once and uncounted")
  default void closed_transport_gives_leases_back() {
    Scene scene = Scene.open(harness());
    scene.accepted("begun", "leased");
    Recipient closing = scene.recipient();
    closing.begin(closing.next(2).get(0));

    scene.restart();
    if (!scene.isDurable()) {
      scene.assertEverythingIsGone();
      return;
    }
    List<InMessage> again = scene.recipient().next(2);
    assertThat(again).extracting(InMessage::id).containsExactlyInAnyOrder("begun", "leased");
    assertThat(again).extracting(InMessage::attempt).containsOnly(1);
    assertThat(again).extracting(InMessage::crashes).containsOnly(0);
  }

  @Test
  @DisplayName("T-75 to close twice is to close once")
  default void closing_twice_is_closing_once() {
    Scene scene = Scene.open(harness());
    scene.accepted("a", "b");
    Recipient recipient = scene.recipient();
    recipient.next();
    recipient.close();
    recipient.close();
    assertThat(scene.takeAll(2)).containsExactlyInAnyOrder("a", "b");
    scene.assertCount(QueueStats::succeeded, 2);
    recipient.close();

    scene.transport().close();
    scene.transport().close();
    recipient.close();
    scene.restart();
    scene.accepted("c");
    assertThat(scene.takeAll(1)).containsExactly("c");
  }

  @Test
  @DisplayName("T-76 a closed transport refuses everything")
  default void closed_transport_refuses_everything() {
    Scene scene = Scene.open(harness());
    scene.accepted("m");
    Recipient recipient = scene.recipient();
    InMessage message = recipient.next();
    Transport closed = scene.transport();
    String queue = scene.queue();
    closed.close();

    assertRefused(scene, () -> closed.publish(queue, List.of(scene.message("n"))));
    assertRefused(scene, () -> closed.provision(scene.spec()));
    assertRefused(scene, () -> closed.stats(queue));
    assertRefused(scene, () -> closed.deadLetters(queue).count(DeadLetterFilter.all()));
    assertRefused(scene, () -> closed.deadLetters(queue).replay(DeadLetterFilter.all(), 1));
    if (scene.has(Capability.MESSAGE_BY_ID)) {
      assertRefused(scene, () -> closed.find(queue, "m"));
      assertRefused(scene, () -> closed.cancel(queue, "m"));
    }
    assertRefused(
        scene,
        () -> {
          closed.subscribe(queue, new SubscribeOptions(scene.ticks(9)), messages -> {});
          throw new AssertionError("it was subscribed");
        });
    Throwable late =
        scene.failure(
            () ->
                recipient
                    .subscription()
                    .settle(List.of(new Settlement.Ack(message.lease())))
                    .thenAccept(settled -> assertThat(settled).containsExactly(Settled.STALE)));
    assertThat(late == null || late instanceof TransportException)
        .as("a settlement is STALE or fails: %s", late)
        .isTrue();
    recipient.request(1);
    recipient.nothing("it is closed");
  }

  private static void assertRefused(
      Scene scene, Supplier<? extends java.util.concurrent.CompletionStage<?>> call) {
    assertThat(scene.failure(call)).isInstanceOf(TransportException.class);
  }
}
