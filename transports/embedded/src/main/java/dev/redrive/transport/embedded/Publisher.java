// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.MessageState;
import dev.redrive.SendRefusedException;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts new messages into one queue, each id once. Thread-safe.
 *
 * <p>An id that the sender chose is first reserved in memory, then looked up, and only then
 * written; the reservation ends when the write can be read. So of two sends of one id, at once or
 * one after the other, the second finds either the reservation or the message.
 */
final class Publisher {
  private static final int CHUNK_MAX = 1_024;
  private static final int CHUNK_BYTES_MAX = 1 << 20;

  private final QueueState queue;
  private final Services services;
  private final InstantSource clock;
  private final Limits limits;
  private final Map<String, CompletableFuture<PublishResult>> underWay = new ConcurrentHashMap<>();

  Publisher(QueueState queue, Services services, Limits limits) {
    this.queue = queue;
    this.services = services;
    this.clock = services.clock();
    this.limits = limits;
  }

  CompletableFuture<List<PublishResult>> publish(List<OutMessage> batch) {
    Instant now = clock.instant();
    List<CompletableFuture<PublishResult>> results = new ArrayList<>(batch.size());
    Chunk chunk = new Chunk();
    for (OutMessage message : batch) {
      Optional<String> fault = limits.fault(message);
      if (fault.isPresent()) {
        results.add(
            CompletableFuture.completedFuture(
                new PublishResult.Refused(SendRefusedException.Cause.INVALID, fault.get())));
      } else {
        results.add(message.isUnique() ? add(message, now, chunk) : addOnce(message, now, chunk));
      }
      if (chunk.isFull()) {
        chunk.submit();
        chunk = new Chunk();
      }
    }
    chunk.submit();
    return all(results);
  }

  private static CompletableFuture<List<PublishResult>> all(
      List<CompletableFuture<PublishResult>> results) {
    return CompletableFuture.allOf(results.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> results.stream().map(CompletableFuture::join).toList());
  }

  private CompletableFuture<PublishResult> addOnce(OutMessage message, Instant now, Chunk chunk) {
    CompletableFuture<PublishResult> mine = new CompletableFuture<>();
    CompletableFuture<PublishResult> other = underWay.putIfAbsent(message.id(), mine);
    if (other != null) {
      return other.thenApply(result -> afterOther(result, message, now));
    }
    CompletionStage<PublishResult> added = add(message, now, chunk);
    added.whenComplete(
        (result, failure) -> {
          underWay.remove(message.id(), mine);
          if (failure == null) {
            mine.complete(result);
          } else {
            mine.completeExceptionally(failure);
          }
        });
    return mine;
  }

  /** Whatever goes wrong with a message is its own result, so that no id stays reserved. */
  private CompletableFuture<PublishResult> add(OutMessage message, Instant now, Chunk chunk) {
    try {
      Optional<PublishResult> known =
          message.isUnique() ? Optional.empty() : lookUp(message.id(), now);
      return known.isPresent()
          ? CompletableFuture.completedFuture(known.get())
          : chunk.add(message, now);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What a send is told that came while another of the same id was under way. */
  private static PublishResult afterOther(PublishResult other, OutMessage message, Instant now) {
    if (!(other instanceof PublishResult.Accepted)) {
      return other;
    }
    boolean isLater = message.notBefore().isAfter(now);
    return new PublishResult.Duplicate(
        isLater ? MessageState.SCHEDULED : MessageState.READY, isLater ? message.notBefore() : now);
  }

  private Optional<PublishResult> lookUp(String id, Instant now) {
    try (View view = services.store().view()) {
      return Whereabouts.of(view, queue, id, now.toEpochMilli())
          .map(found -> duplicate(found, now.toEpochMilli()));
    }
  }

  private PublishResult duplicate(Whereabouts found, long now) {
    if (found instanceof Whereabouts.Alive alive) {
      return new PublishResult.Duplicate(
          StatusReader.state(queue, alive.pointer(), now),
          Instant.ofEpochMilli(alive.pointer().place().time()));
    }
    if (found instanceof Whereabouts.Dead dead) {
      return new PublishResult.Duplicate(
          MessageState.DEAD, Instant.ofEpochMilli(dead.pointer().place().time()));
    }
    EndRecord end = ((Whereabouts.Ended) found).end();
    return new PublishResult.Duplicate(end.state(), Instant.ofEpochMilli(end.at()));
  }

  /** Messages that are written together. */
  private final class Chunk {
    private final List<PublishChange.Item> items = new ArrayList<>();
    private final CompletableFuture<List<PublishResult>> outcome = new CompletableFuture<>();
    private int bytes;

    CompletableFuture<PublishResult> add(OutMessage message, Instant now) {
      MessageRecord record =
          new MessageRecord(
              message.id(),
              message.key(),
              now.toEpochMilli(),
              0,
              0,
              0,
              message.headers(),
              message.body());
      PublishChange.Item item = PublishChange.Item.of(record, Times.due(message.notBefore(), now));
      int index = items.size();
      items.add(item);
      bytes += item.frame().size();
      return outcome.thenApply(results -> results.get(index));
    }

    boolean isFull() {
      return items.size() == CHUNK_MAX || bytes >= CHUNK_BYTES_MAX;
    }

    void submit() {
      if (items.isEmpty()) {
        return;
      }
      PublishChange change = new PublishChange(queue, items);
      CompletionStage<List<PublishResult>> written = change.result();
      written.whenComplete(
          (results, failure) -> {
            if (failure == null) {
              outcome.complete(results);
            } else {
              outcome.completeExceptionally(failure);
            }
          });
      services.committer().submit(change);
    }
  }
}
