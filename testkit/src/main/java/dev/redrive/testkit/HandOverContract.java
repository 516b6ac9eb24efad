// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How messages get to those who asked for them. */
interface HandOverContract extends Chapter {

  @Test
  @DisplayName("T-8 no more is handed over than was requested")
  default void no_more_is_handed_over_than_was_requested() {
    Scene scene = Scene.open(harness());
    scene.accepted("a", "b", "c", "d", "e", "f");
    Recipient recipient = scene.recipient();

    scene.advance(scene.ticks(1));
    assertThat(recipient.ids()).as("nothing was requested").isEmpty();

    recipient.request(2);
    scene.advance(scene.ticks(1));
    assertThat(recipient.ids()).hasSize(2);

    recipient.request(1);
    recipient.request(2);
    scene.advance(scene.ticks(1));
    assertThat(recipient.ids()).as("requests add up").hasSize(5);

    recipient.next(5).forEach(recipient::ack);
    scene.advance(scene.ticks(1));
    assertThat(recipient.ids()).as("settling is not requesting").hasSize(5);
  }

  @Test
  @DisplayName("T-9 what is due earlier comes earlier, and of one time what was sent earlier")
  default void due_order() {
    Scene scene = Scene.open(harness());
    scene.accepted(scene.message("late", scene.ticks(6)));
    scene.accepted(scene.message("early", scene.ticks(2)));
    scene.accepted(scene.message("middle", scene.ticks(4)));
    scene.advance(scene.ticks(7));
    scene.accepted(scene.batch("m", 20));

    List<String> order = scene.takeAll(23);

    List<String> expected = new ArrayList<>(List.of("early", "middle", "late"));
    IntStream.range(0, 20).forEach(i -> expected.add("m" + i));
    assertThat(order).isEqualTo(expected);
  }

  @Test
  @DisplayName("T-10 a sink is called once at a time, also when it asks for more from within")
  default void sink_is_called_once_at_a_time() {
    Scene scene = Scene.open(harness());
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger worst = new AtomicInteger();
    AtomicInteger handled = new AtomicInteger();
    CompletableFuture<Subscription> self = new CompletableFuture<>();
    Subscription subscription =
        scene
            .transport()
            .subscribe(
                scene.queue(),
                new SubscribeOptions(scene.ticks(1_000)),
                messages -> {
                  worst.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  for (InMessage message : messages) {
                    self.join().settle(List.of(new Settlement.Ack(message.lease())));
                    self.join().request(1);
                    handled.incrementAndGet();
                  }
                  inside.decrementAndGet();
                });
    self.complete(subscription);
    IntStream.range(0, 100).forEach(i -> scene.accepted("m" + i));

    subscription.request(2);
    scene.harness().await("100 messages", () -> handled.get() == 100);

    assertThat(worst).hasValue(1);
  }

  @Test
  @DisplayName("T-11 of several subscriptions each message goes to one, and all get some")
  default void each_message_goes_to_one_subscription() {
    Scene scene = Scene.open(harness());
    Recipient one = scene.recipient();
    Recipient two = scene.recipient();
    one.request(5);
    two.request(5);

    IntStream.range(0, 10).forEach(i -> scene.accepted("m" + i));
    scene.harness().await("10 messages", () -> one.size() + two.size() >= 10);
    scene.advance(scene.ticks(1));

    assertThat(one.ids()).hasSize(5);
    assertThat(two.ids()).hasSize(5).doesNotContainAnyElementsOf(one.ids());
  }

  @Test
  @DisplayName("T-12 a request stays open for what arrives or becomes due later")
  default void request_stays_open() {
    Scene scene = Scene.open(harness());
    Recipient recipient = scene.recipient();
    recipient.nothing("nothing was sent");

    scene.accepted("now");
    assertThat(recipient.next().id()).isEqualTo("now");

    scene.accepted(scene.message("later", scene.ticks(5)));
    recipient.nothing("it is not due");
    scene.advance(scene.ticks(6));
    assertThat(recipient.next().id()).isEqualTo("later");
  }
}
