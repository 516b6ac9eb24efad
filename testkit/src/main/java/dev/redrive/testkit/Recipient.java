// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Settled;
import dev.redrive.retry.Reason;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A subscription whose messages are kept until a test asks for them, and settled by hand.
 *
 * <p>What the transport may hand over early (T-34) is treated as the engine does: with less than
 * {@code minDelay} left it waits here, and otherwise it is deferred to its own time.
 */
final class Recipient implements Sink {
  private final Scene scene;
  private final Capabilities capabilities;
  private final Subscription subscription;

  // Guards the four below: the sink is called on a thread of the transport.
  private final Object lock = new Object();
  private final List<InMessage> waiting = new ArrayList<>();
  private final List<InMessage> received = new ArrayList<>();
  private final List<Instant> times = new ArrayList<>();
  private int read;

  private int requested;

  Recipient(Scene scene, Duration lease) {
    this.scene = scene;
    this.capabilities = scene.transport().capabilities();
    this.subscription =
        scene.transport().subscribe(scene.queue(), new SubscribeOptions(lease), this);
  }

  @Override
  public void accept(List<InMessage> messages) {
    Instant now = scene.now();
    List<Settlement> deferred = new ArrayList<>();
    synchronized (lock) {
      for (InMessage message : messages) {
        Duration left = Duration.between(now, message.dueAt());
        if (left.isNegative() || left.isZero()) {
          receive(message, now);
        } else if (left.compareTo(capabilities.minDelay()) < 0) {
          waiting.add(message);
        } else if (Duration.between(message.firstSeen(), now).compareTo(capabilities.maxDelay())
            >= 0) {
          deferred.add(new Settlement.Defer(message.lease(), message.dueAt()));
        } else {
          receive(message, now);
        }
      }
    }
    if (!deferred.isEmpty()) {
      subscription.settle(deferred);
      subscription.request(deferred.size());
    }
  }

  // Guarded by the lock.
  private void receive(InMessage message, Instant now) {
    received.add(message);
    times.add(now);
  }

  // Guarded by the lock.
  private void receiveWhatIsDue() {
    Instant now = scene.now();
    for (InMessage message : List.copyOf(waiting)) {
      if (!message.dueAt().isAfter(now)) {
        waiting.remove(message);
        receive(message, now);
      }
    }
  }

  Subscription subscription() {
    return subscription;
  }

  /** Asks for so many more than were asked for already. */
  void request(int n) {
    requested += n;
    subscription.request(n);
  }

  /** The next message; asks for it unless one that was asked for is still to come. */
  InMessage next() {
    return next(1).get(0);
  }

  /** The next messages, in the order they came. */
  List<InMessage> next(int n) {
    int missing = n - (requested - read);
    if (missing > 0) {
      request(missing);
    }
    scene.harness().await(n + " messages of " + scene.queue(), () -> size() >= read + n);
    synchronized (lock) {
      List<InMessage> next = List.copyOf(received.subList(read, read + n));
      read += n;
      return next;
    }
  }

  /** Checks that nothing is handed over now, though it is asked for. */
  void nothing(String why) {
    if (requested == read) {
      request(1);
    }
    scene.harness().advance(Duration.ZERO);
    assertThat(unread()).as(why).isEmpty();
  }

  /** Ids of what came and was not read. */
  List<String> unread() {
    synchronized (lock) {
      receiveWhatIsDue();
      return received.subList(read, received.size()).stream().map(InMessage::id).toList();
    }
  }

  /** How many came, read or not. */
  int size() {
    synchronized (lock) {
      receiveWhatIsDue();
      return received.size();
    }
  }

  /** The ids of all that came, in order. */
  List<String> ids() {
    synchronized (lock) {
      receiveWhatIsDue();
      return received.stream().map(InMessage::id).toList();
    }
  }

  /** Those that came before their time. */
  List<InMessage> early() {
    synchronized (lock) {
      List<InMessage> early = new ArrayList<>();
      for (int i = 0; i < received.size(); i++) {
        if (times.get(i).isBefore(received.get(i).dueAt())) {
          early.add(received.get(i));
        }
      }
      return early;
    }
  }

  Settled begin(InMessage message) {
    return scene.await(subscription.begin(List.of(message.lease()))).get(0);
  }

  Settled settle(Settlement settlement) {
    return scene.await(subscription.settle(List.of(settlement))).get(0);
  }

  Settled renew(InMessage message, Duration by) {
    return scene.await(subscription.renew(List.of(message.lease()), by)).get(0);
  }

  Settled ack(InMessage message) {
    return settle(new Settlement.Ack(message.lease()));
  }

  Settled retry(InMessage message, Duration delay) {
    return settle(new Settlement.Retry(message.lease(), scene.in(delay), Map.of()));
  }

  Settled defer(InMessage message, Duration delay) {
    return settle(new Settlement.Defer(message.lease(), scene.in(delay)));
  }

  Settled discard(InMessage message) {
    return settle(new Settlement.Discard(message.lease()));
  }

  Settled kill(InMessage message) {
    return settle(dead(message.lease(), "it failed", "kind"));
  }

  /** A settlement that makes a dead letter. */
  static Settlement.Dead dead(Lease lease, String failure, String fingerprint) {
    return new Settlement.Dead(lease, Reason.ATTEMPTS_EXHAUSTED, failure, fingerprint, 1, Map.of());
  }

  void close() {
    subscription.close();
  }
}
