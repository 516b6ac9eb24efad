// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.redrive.QueueStats;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A queue that was provisioned: where its messages go, and who takes them. */
final class RabbitQueue {
  private static final Logger log = LoggerFactory.getLogger(RabbitQueue.class);

  /** Failures that are farther apart than this are not in a row. */
  private static final Duration CALM = Backoff.MAX.multipliedBy(4);

  private final String name;
  private final String dead;
  private final Shared shared;
  private final Wire.RandomIds ids;
  private final LetterReading letters;
  private final Copies copies;
  // Used by the consuming loop alone.
  private final Set<RabbitSubscription> subscriptions = new LinkedHashSet<>();
  private int failures;
  private long lastFailure;
  // What this process has seen; the broker counts none of it.
  private final AtomicLong succeeded = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();
  private final AtomicLong purged = new AtomicLong();

  /**
   * What all queues of a transport share.
   *
   * @param environment time and chance
   * @param names what things are called
   * @param layout by which way messages get to queues
   * @param publisher sends
   * @param loop where all that has to do with consuming happens
   * @param deaths writes the dead letters
   * @param links the present link, if there is one
   */
  record Shared(
      Environment environment,
      Names names,
      Layout layout,
      Publisher publisher,
      Loop loop,
      Deaths deaths,
      Links links) {}

  /** The links of a transport. */
  interface Links {
    Optional<Link> present();

    /** The present link, when the queue is there, made anew if need be. */
    CompletionStage<Link> provisioned(String queue);
  }

  RabbitQueue(String name, Shared shared) {
    this.name = name;
    this.dead = shared.names().dead(name);
    this.shared = shared;
    this.ids = Wire.RandomIds.of(shared.environment().random());
    this.letters = new LetterReading(this);
    this.copies = new Copies(name, shared);
  }

  String name() {
    return name;
  }

  /** The queue that only who reads the dead letters has. */
  String reading() {
    return shared.names().reading(name);
  }

  /** Its dead letters, for who has the turn to read them. */
  LetterReading letters() {
    return letters;
  }

  String dead() {
    return dead;
  }

  Environment environment() {
    return shared.environment();
  }

  Loop loop() {
    return shared.loop();
  }

  Publisher publisher() {
    return shared.publisher();
  }

  Poison poison() {
    return shared.deaths().poison();
  }

  Optional<Link> link() {
    return shared.links().present();
  }

  /** What its dead letters are read by. */
  Letters letterReader() {
    return new Letters(name, shared.names(), layout().counter());
  }

  private Layout layout() {
    return shared.layout();
  }

  Wire.Content arrived(AMQP.BasicProperties properties, byte[] body) {
    Map<String, Object> headers = layout().counter().read(properties.getHeaders());
    return Wire.arrived(
        properties,
        headers,
        body,
        new Past(name, shared.names()),
        environment().clock().instant(),
        ids);
  }

  /** A new message for this queue. */
  Parcel sent(Instant dueAt, AMQP.BasicProperties properties, byte[] body) {
    Duration delay = Duration.between(environment().clock().instant(), dueAt);
    return new Parcel(layout().sent(name, delay), properties, body, true);
  }

  /** What becomes of its messages that do not just end. */
  Copies copies() {
    return copies;
  }

  /** A settlement holds. */
  void count(Settlement settlement) {
    if (settlement instanceof Settlement.Ack) {
      succeeded.incrementAndGet();
    } else if (settlement instanceof Settlement.Discard) {
      cancelled.incrementAndGet();
    }
  }

  void purged(int count) {
    purged.addAndGet(count);
  }

  /**
   * The counts, as far as anybody knows them; what waits on the ladder nobody does. Called on the
   * loop.
   */
  QueueStats stats(long ready, long dead) {
    long waiting = ready + subscriptions.stream().mapToLong(RabbitSubscription::kept).sum();
    long running = subscriptions.stream().mapToLong(RabbitSubscription::running).sum();
    long ended = succeeded.get() + purged.get() + cancelled.get();
    return new QueueStats(
        waiting + running + dead + ended,
        waiting,
        0,
        running,
        succeeded.get(),
        dead,
        purged.get(),
        cancelled.get(),
        Optional.empty());
  }

  /** A consumer more. Called on the loop. */
  void add(RabbitSubscription subscription) {
    subscriptions.add(subscription);
    link().filter(link -> !link.isLost()).ifPresent(link -> attach(subscription, link));
  }

  /** A consumer has closed. Called on the loop. */
  void forget(RabbitSubscription subscription) {
    subscriptions.remove(subscription);
  }

  /** There is a link. Called on the loop. */
  void attach(Link link) {
    subscriptions.forEach(subscription -> attach(subscription, link));
  }

  private void attach(RabbitSubscription subscription, Link link) {
    try {
      subscription.attach(link);
    } catch (IOException | RuntimeException failure) {
      log.debug("no channel was to be had", failure);
      attachAgain(subscription, failure.toString(), false);
    }
  }

  /**
   * A subscription has lost its channel, and the link is still there: it is attached again after a
   * pause. Others go on meanwhile. Called on the loop.
   *
   * @param isGone true if the queue is to be provisioned first
   */
  void attachAgain(RabbitSubscription subscription, String why, boolean isGone) {
    long now = environment().timers().nanoTime();
    failures = now - lastFailure > CALM.toNanos() ? 1 : failures + 1;
    lastFailure = now;
    Duration pause = Backoff.longest(failures);
    log.warn(
        "queue {} cannot be consumed ({} in a row), trying again within {} ms, what was leased of"
            + " it is lost: {}",
        name,
        failures,
        pause.toMillis(),
        why);
    environment()
        .timers()
        .after(
            Backoff.drawn(pause, environment().random()),
            () -> loop().execute(() -> again(subscription, isGone)));
  }

  private void again(RabbitSubscription subscription, boolean isGone) {
    // A new link attaches all by itself.
    Optional<Link> present = link().filter(link -> !link.isLost());
    if (present.isEmpty() || !subscriptions.contains(subscription)) {
      return;
    }
    if (!isGone) {
      attach(subscription, present.get());
      return;
    }
    shared
        .links()
        .provisioned(name)
        .whenCompleteAsync(
            (link, failure) -> {
              if (failure == null) {
                attach(subscription, link);
              } else if (!present.get().isLost()) {
                attachAgain(subscription, failure.toString(), true);
              }
            },
            loop());
  }

  /** The link is lost. Called on the loop. */
  void detach() {
    subscriptions.forEach(RabbitSubscription::detach);
  }

  /** Those that consume it now. Called on the loop. */
  List<RabbitSubscription> subscriptions() {
    return List.copyOf(subscriptions);
  }
}
