// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Transition;
import dev.redrive.spi.History;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers what is asked about one queue and its messages, and takes messages back. */
final class StatusReader {
  private static final int CANCEL_WEIGHT = 256;

  private final QueueState queue;
  private final Services services;

  StatusReader(QueueState queue, Services services) {
    this.queue = queue;
    this.services = services;
  }

  /** Where a message of a queue is that has not ended. */
  static MessageState state(QueueState queue, PointerRecord pointer, long now) {
    if (queue.isLeased(pointer.place())) {
      return MessageState.RUNNING;
    }
    if (pointer.attempts() > 0) {
      return MessageState.RETRYING;
    }
    return pointer.place().time() > now ? MessageState.SCHEDULED : MessageState.READY;
  }

  /** What is known of a message. Reads. */
  Optional<MessageStatus> find(String id) {
    long now = services.clock().millis();
    try (View view = services.store().view()) {
      Optional<Whereabouts> found = Whereabouts.of(view, queue, id, now);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      if (found.get() instanceof Whereabouts.Alive alive) {
        return alive(view, alive.pointer(), now);
      }
      if (found.get() instanceof Whereabouts.Dead dead) {
        return dead(view, dead.pointer());
      }
      return Optional.of(ended(id, ((Whereabouts.Ended) found.get()).end()));
    }
  }

  private Optional<MessageStatus> alive(View view, PointerRecord pointer, long now) {
    byte[] key = Keys.place(queue.number(), pointer.place());
    return view.get(Family.QUEUE, key)
        .map(value -> MessageRecord.decode(key, value))
        .map(
            message ->
                new MessageStatus(
                    message.id(),
                    queue.name(),
                    state(queue, pointer, now),
                    attempts(message, pointer),
                    Optional.of(Instant.ofEpochMilli(pointer.place().time())),
                    Instant.ofEpochMilli(message.firstSeen()),
                    history(message)));
  }

  /** The attempts that count, with the one that has begun. */
  private int attempts(MessageRecord message, PointerRecord pointer) {
    return message.attempts() + (queue.hasBegun(pointer.place()) ? 1 : 0);
  }

  private Optional<MessageStatus> dead(View view, PointerRecord pointer) {
    byte[] key = Keys.place(queue.number(), pointer.place());
    return view.get(Family.DEAD, key)
        .map(value -> DeadRecord.decode(key, value).message())
        .map(
            message ->
                new MessageStatus(
                    message.id(),
                    queue.name(),
                    MessageState.DEAD,
                    message.attempts(),
                    Optional.empty(),
                    Instant.ofEpochMilli(message.firstSeen()),
                    history(message)));
  }

  private MessageStatus ended(String id, EndRecord end) {
    List<Transition> history = new ArrayList<>(History.parse(end.history()));
    history.add(new Transition(Instant.ofEpochMilli(end.at()), end.state(), end.attempts(), ""));
    return new MessageStatus(
        id,
        queue.name(),
        end.state(),
        end.attempts(),
        Optional.empty(),
        Instant.ofEpochMilli(end.firstSeen()),
        history);
  }

  static List<Transition> history(MessageRecord message) {
    return History.parse(message.headers().getOrDefault(WireHeaders.HISTORY, ""));
  }

  /** Takes a message back that is not leased. Reads, then writes. */
  CompletionStage<Boolean> cancel(String id) {
    byte[] idKey = Keys.id(queue.number(), id);
    Optional<Place> place = place(idKey);
    if (place.isEmpty() || !queue.reserve(place.get())) {
      return CompletableFuture.completedStage(false);
    }
    byte[] key = Keys.place(queue.number(), place.get());
    Optional<MessageRecord> message =
        services.store().get(Family.QUEUE, key).map(value -> MessageRecord.decode(key, value));
    // Between the look-up and the reservation it may have been settled.
    if (message.isEmpty() || !place(idKey).equals(place)) {
      queue.unreserve(place.get());
      return CompletableFuture.completedStage(false);
    }
    RareChange<Boolean> change =
        new RareChange<>(
            CANCEL_WEIGHT,
            batch -> {
              batch.remove(queue, place.get(), false);
              batch.end(
                  queue,
                  place.get(),
                  message.get(),
                  MessageState.CANCELLED,
                  message.get().attempts());
              queue.ledger().cancelled(message.get().attempts());
              return true;
            },
            () -> {
              queue.released(place.get());
              queue.free(message.get().key());
              queue.work();
            },
            () -> queue.unreserve(place.get()));
    services.committer().submit(change);
    return change.result();
  }

  private Optional<Place> place(byte[] idKey) {
    return services
        .store()
        .get(Family.IDS, idKey)
        .map(value -> PointerRecord.decode(idKey, value).place());
  }

  /** How many messages are where. Reads. */
  QueueStats stats() {
    Leases leases = queue.leases();
    CountRecord counts = queue.counts();
    int running = leases.count();
    long waiting = Math.max(0, counts.live() - running);
    long retrying = Math.min(waiting, Math.max(0, counts.retried() - leases.retriedCount()));
    return new QueueStats(
        counts.sent(),
        waiting,
        retrying,
        running,
        counts.succeeded(),
        counts.dead(),
        counts.purged(),
        counts.cancelled(),
        oldestDue());
  }

  private Optional<Instant> oldestDue() {
    long now = services.clock().millis();
    try (Cursor cursor =
        services
            .store()
            .scan(
                Family.QUEUE,
                Keys.place(queue.number(), queue.firstWaiting()),
                Keys.start(queue.number() + 1))) {
      for (; cursor.isValid(); cursor.next()) {
        Place place = Keys.place(cursor.key());
        if (place.time() > now) {
          return Optional.empty();
        }
        if (!queue.isLeased(place)) {
          return Optional.of(Instant.ofEpochMilli(place.time()));
        }
      }
      return Optional.empty();
    }
  }
}
