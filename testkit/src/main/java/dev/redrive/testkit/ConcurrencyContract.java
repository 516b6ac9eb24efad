// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Many at once. */
interface ConcurrencyContract extends Chapter {
  /** Messages in each of the tests that count what became of them. */
  int MESSAGES = 400;

  @Test
  @DisplayName("T-77 publishers and consumers at the same time lose nothing and double nothing")
  default void nothing_is_lost_and_nothing_doubled() {
    Scene scene = Scene.open(harness());
    List<String> acked = Collections.synchronizedList(new ArrayList<>());
    Set<String> deferred = Collections.synchronizedSet(new HashSet<>());
    AtomicInteger retried = new AtomicInteger();
    Crew crew = new Crew();
    for (int publisher = 0; publisher < 4; publisher++) {
      String prefix = "p" + publisher + "-";
      crew.start(() -> publish(scene, crew, prefix, MESSAGES / 4));
    }
    for (int consumer = 0; consumer < 3; consumer++) {
      crew.start(
          () -> {
            BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();
            Subscription subscription = subscribe(scene, inbox);
            subscription.request(20);
            while (acked.size() < MESSAGES && !crew.isOver()) {
              InMessage message = inbox.poll(5, TimeUnit.MILLISECONDS);
              if (message != null) {
                crew.get(subscription.begin(List.of(message.lease())));
                Settlement settlement = settlement(scene, message, deferred);
                Settled settled = crew.get(subscription.settle(List.of(settlement))).get(0);
                assertThat(settled).isEqualTo(Settled.DONE);
                if (settlement instanceof Settlement.Ack) {
                  acked.add(message.id());
                }
                retried.addAndGet(settlement instanceof Settlement.Retry ? 1 : 0);
                subscription.request(1);
              }
            }
          });
    }
    crew.finish(scene);

    assertThat(acked).hasSize(MESSAGES).doesNotHaveDuplicates();
    assertThat(retried).hasPositiveValue();
    assertThat(deferred).isNotEmpty();
    scene.assertCount(QueueStats::succeeded, MESSAGES);
    scene.assertCount(QueueStats::sent, MESSAGES);
  }

  private static void publish(Scene scene, Crew crew, String prefix, int count) throws Exception {
    for (int i = 0; i < count; i += 5) {
      List<PublishResult> results =
          crew.get(
              scene.transport().publish(scene.queue(), List.of(scene.batch(prefix + i + "-", 5))));
      assertThat(results).hasSize(5).hasOnlyElementsOfType(PublishResult.Accepted.class);
    }
  }

  private static Subscription subscribe(Scene scene, BlockingQueue<InMessage> inbox) {
    return scene
        .transport()
        .subscribe(
            scene.queue(),
            new SubscribeOptions(scene.ticks(1_000)),
            messages -> inbox.addAll(messages));
  }

  /** Some are retried once, some deferred once, and then all are acknowledged. */
  private static Settlement settlement(Scene scene, InMessage message, Set<String> deferred) {
    int kind = Math.floorMod(message.id().hashCode(), 3);
    if (kind == 0 && message.attempt() == 1) {
      return new Settlement.Retry(message.lease(), scene.now(), Map.of());
    }
    if (kind == 1 && deferred.add(message.id())) {
      return new Settlement.Defer(message.lease(), scene.now());
    }
    return new Settlement.Ack(message.lease());
  }

  @Test
  @DisplayName("T-78 an id that many send at the same time is stored once, or each time")
  default void id_that_many_send_is_stored_once() {
    Scene scene = Scene.open(harness());
    AtomicInteger accepted = new AtomicInteger();
    Crew crew = new Crew();
    for (int publisher = 0; publisher < 4; publisher++) {
      crew.start(
          () -> {
            for (int i = 0; i < 50; i++) {
              List<PublishResult> results =
                  crew.get(
                      scene.transport().publish(scene.queue(), List.of(scene.message("m" + i))));
              accepted.addAndGet(results.get(0) instanceof PublishResult.Accepted ? 1 : 0);
            }
          });
    }
    crew.finish(scene);

    int expected = scene.has(Capability.DEDUPLICATION) ? 50 : 200;
    assertThat(accepted).hasValue(expected);
    assertThat(scene.takeAll(expected)).hasSize(expected);
    scene.conserved();
  }

  @Test
  @DisplayName("T-79 of settlements of one lease at the same time one is DONE")
  default void one_settlement_of_a_lease_is_done() {
    Scene scene = Scene.open(harness());
    scene.accepted(scene.batch("m", 50));
    Recipient recipient = scene.recipient();
    List<InMessage> messages = recipient.next(50);
    AtomicInteger done = new AtomicInteger();
    Crew crew = new Crew();
    for (int i = 0; i < 4; i++) {
      boolean isAck = i % 2 == 0;
      crew.start(
          () -> {
            for (InMessage message : messages) {
              Settlement settlement =
                  isAck
                      ? new Settlement.Ack(message.lease())
                      : Recipient.dead(message.lease(), "it failed", "kind");
              Settled settled =
                  crew.get(recipient.subscription().settle(List.of(settlement))).get(0);
              done.addAndGet(settled == Settled.DONE ? 1 : 0);
            }
          });
    }
    crew.finish(scene);

    assertThat(done).hasValue(50);
    scene.assertCount(QueueStats::running, 0);
    scene.assertCount(stats -> stats.succeeded() + stats.dead(), 50);
  }

  @Test
  @DisplayName("T-80 a message is cancelled or handed over, never both")
  default void cancelled_or_handed_over() {
    Scene scene = Scene.open(harness());
    if (!scene.has(Capability.MESSAGE_BY_ID)) {
      // T-61 says how cancelling is refused.
      scene.conserved();
      return;
    }
    scene.accepted(scene.batch("m", MESSAGES));
    Recipient recipient = scene.recipient();
    recipient.next(20);
    Set<String> cancelled = Collections.synchronizedSet(new HashSet<>());
    Crew crew = new Crew();
    crew.start(
        () -> {
          for (int i = MESSAGES - 1; i >= 0; i--) {
            if (crew.get(scene.transport().cancel(scene.queue(), "m" + i))) {
              cancelled.add("m" + i);
            }
          }
        });
    crew.start(
        () -> {
          for (int i = 20; i < MESSAGES; i++) {
            recipient.request(1);
          }
        });
    crew.finish(scene);

    assertThat(recipient.ids()).noneMatch(cancelled::contains).doesNotHaveDuplicates();
    assertThat(recipient.size() + cancelled.size()).isEqualTo(MESSAGES);
    scene.assertCount(QueueStats::cancelled, cancelled.size());
  }

  @Test
  @DisplayName("T-81 while subscriptions come and go nothing is lost and nothing doubled")
  default void subscriptions_come_and_go() {
    Scene scene = Scene.open(harness());
    scene.accepted(scene.batch("m", MESSAGES));
    List<String> acked = Collections.synchronizedList(new ArrayList<>());
    Crew crew = new Crew();
    for (int consumer = 0; consumer < 3; consumer++) {
      crew.start(
          () -> {
            while (acked.size() < MESSAGES && !crew.isOver()) {
              BlockingQueue<InMessage> inbox = new LinkedBlockingQueue<>();
              Subscription subscription = subscribe(scene, inbox);
              subscription.request(30);
              for (int i = 0; i < 20 && acked.size() < MESSAGES; i++) {
                InMessage message = inbox.poll(5, TimeUnit.MILLISECONDS);
                if (message != null) {
                  assertThat(message.attempt()).isEqualTo(1);
                  Settlement ack = new Settlement.Ack(message.lease());
                  if (crew.get(subscription.settle(List.of(ack))).get(0) == Settled.DONE) {
                    acked.add(message.id());
                  }
                }
              }
              subscription.close();
              subscription.close();
            }
          });
    }
    crew.finish(scene);

    assertThat(acked).hasSize(MESSAGES).doesNotHaveDuplicates();
    scene.assertCount(QueueStats::succeeded, MESSAGES);
  }
}
