// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.MessageState;
import dev.redrive.Outgoing;
import dev.redrive.QueueOptions;
import dev.redrive.Receipt;
import dev.redrive.RedriveException;
import dev.redrive.Refusal;
import dev.redrive.SendRefusedException;
import dev.redrive.SendResult;
import dev.redrive.TransportException;
import dev.redrive.UnsupportedCapabilityException;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.Transport;
import dev.redrive.spi.WireHeaders;
import dev.redrive.trace.SendSpan;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends to one queue: checks, encodes, batches, and tells when a message is durable. */
final class Sender<T> {
  private static final int BATCH_MAX = 1_024;
  // What senders may have on its way to the transport; beyond it a send is refused (promise P5).
  private static final long PENDING_BYTES_MAX = 64L * 1_024 * 1_024;
  private static final int MESSAGE_OVERHEAD_BYTES = 512;

  private final Supplier<QueueOptions<T>> options;
  private final Transport transport;
  private final Environment environment;
  private final EventHub events;
  private final Surroundings surroundings;
  private final MessageIds ids;
  private final Batcher<OutMessage, PublishResult> batcher;
  private final AtomicLong pendingBytes = new AtomicLong();
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();
  private volatile boolean isClosed;

  Sender(
      String queue,
      Supplier<QueueOptions<T>> options,
      Transport transport,
      Environment environment,
      Observers observers) {
    this.options = options;
    this.transport = transport;
    this.environment = environment;
    this.events = observers.events();
    this.surroundings = observers.surroundings();
    this.ids = new MessageIds(environment.clock(), environment.random());
    this.batcher =
        Batcher.to(
            transport.capabilities(),
            BATCH_MAX,
            environment.executor(),
            batch -> transport.publish(queue, batch));
  }

  CompletionStage<Receipt> send(Outgoing<T> message) {
    Pending pending;
    try {
      pending = prepare(message);
    } catch (RedriveException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    batcher.add(pending.message, pending);
    return pending;
  }

  CompletionStage<List<SendResult>> sendAll(List<Outgoing<T>> messages) {
    List<CompletableFuture<SendResult>> results = new ArrayList<>(messages.size());
    List<OutMessage> prepared = new ArrayList<>(messages.size());
    List<Pending> callbacks = new ArrayList<>(messages.size());
    for (Outgoing<T> message : messages) {
      try {
        Pending pending = prepare(message);
        prepared.add(pending.message);
        callbacks.add(pending);
        results.add(pending.handle(Sender::result));
      } catch (RedriveException refused) {
        results.add(CompletableFuture.completedFuture(new Refusal(refused)));
      } catch (RuntimeException | Error broken) {
        // A codec that runs out of stack, a null: what was prepared must not count as pending.
        callbacks.forEach(pending -> pending.failed(broken));
        throw broken;
      }
    }
    batcher.addAll(prepared, callbacks);
    return CompletableFuture.allOf(results.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> results.stream().map(CompletableFuture::join).toList());
  }

  /**
   * Sends within the caller's transaction. Nothing is pending when this returns; what becomes of
   * the message is known to the transaction alone.
   */
  Receipt send(Connection connection, Outgoing<T> message) throws SQLException {
    if (!transport.capabilities().has(Capability.CALLER_TRANSACTION)) {
      throw new UnsupportedCapabilityException(
          "queue "
              + options.get().name()
              + " is in no database: send there outside of the transaction, or to an outbox");
    }
    if (connection.getAutoCommit()) {
      throw new IllegalArgumentException(
          "the connection commits by itself: begin a transaction with setAutoCommit(false)");
    }
    Pending pending = prepare(message);
    PublishResult result;
    try {
      result = transport.publish(connection, options.get().name(), List.of(pending.message)).get(0);
    } catch (Throwable failure) {
      pending.failed(failure);
      throw failure;
    }
    if (result instanceof PublishResult.Refused refused) {
      SendRefusedException refusal = refusal(refused);
      pending.failed(refusal);
      throw refusal;
    }
    return pending.stored(result);
  }

  private static SendRefusedException refusal(PublishResult.Refused refused) {
    return new SendRefusedException(refused.cause(), refused.message());
  }

  private static SendResult result(@Nullable Receipt receipt, @Nullable Throwable error) {
    if (receipt != null) {
      return receipt;
    }
    Throwable cause =
        error == null
            ? new IllegalStateException("neither receipt nor error")
            : Causes.unwrap(error);
    return new Refusal(
        cause instanceof RedriveException known
            ? known
            : new TransportException("the message could not be stored: " + cause, cause));
  }

  private Pending prepare(Outgoing<T> message) {
    if (isClosed) {
      throw new SendRefusedException(
          SendRefusedException.Cause.CLOSED, "queue " + options.get().name() + " is closed");
    }
    byte[] body = encode(message);
    Instant now = environment.clock().instant();
    Instant dueAt =
        message
            .delay()
            .map(delay -> Times.after(now, delay))
            .orElseGet(() -> message.dueAt().map(Times::ceil).orElse(now));
    SendCheck.check(message, body, now, dueAt);
    Heritage heritage = Heritage.of(message);
    heritage.check(now, dueAt);
    int bytes = body.length + MESSAGE_OVERHEAD_BYTES;
    if (pendingBytes.addAndGet(bytes) > PENDING_BYTES_MAX) {
      left(bytes);
      throw new SendRefusedException(
          SendRefusedException.Cause.OVERFLOW,
          "more is being sent than the transport takes; wait for earlier sends to complete");
    }
    String id = message.id().orElseGet(ids::next);
    Optional<SendSpan> span = surroundings.send(options.get().name(), id, body.length, heritage);
    return new Pending(
        new OutMessage(
            id,
            message.id().isEmpty(),
            message.key().orElse(""),
            // Due at once is the past: rounded up, it would wait for the rest of a millisecond.
            dueAt.isAfter(now) ? dueAt : now.truncatedTo(ChronoUnit.MILLIS),
            urgent(message, heritage.headers(span.map(SendSpan::origin).orElse(heritage.origin()))),
            body),
        dueAt.isAfter(now),
        bytes,
        span);
  }

  private byte[] encode(Outgoing<T> message) {
    try {
      return Objects.requireNonNull(
          options.get().codec().encode(message.payload()), "the codec gave no bytes");
    } catch (RuntimeException failure) {
      SendRefusedException refused =
          new SendRefusedException(
              SendRefusedException.Cause.INVALID, "the payload cannot be encoded: " + failure);
      refused.initCause(failure);
      throw refused;
    }
  }

  private static Map<String, String> urgent(Outgoing<?> message, Map<String, String> headers) {
    if (message.priority().isEmpty()) {
      return headers;
    }
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(WireHeaders.PRIORITY, Integer.toString(message.priority().getAsInt()));
    return more;
  }

  /** Refuses what is sent from now on; the stage completes when what was accepted is stored. */
  CompletionStage<Void> close() {
    isClosed = true;
    left(0);
    return emptied;
  }

  private void left(int bytes) {
    if (pendingBytes.addAndGet(-bytes) == 0 && isClosed) {
      emptied.complete(null);
    }
  }

  private final class Pending extends CompletableFuture<Receipt>
      implements Batcher.Callback<PublishResult> {
    private final OutMessage message;
    private final boolean isScheduled;
    private final int bytes;
    private final Optional<SendSpan> span;

    Pending(OutMessage message, boolean isScheduled, int bytes, Optional<SendSpan> span) {
      this.message = message;
      this.isScheduled = isScheduled;
      this.bytes = bytes;
      this.span = span;
    }

    @Override
    public void done(PublishResult result) {
      if (result instanceof PublishResult.Refused refused) {
        failed(refusal(refused));
        return;
      }
      Receipt receipt = stored(result);
      events.tell(
          () ->
              new Event.Sent(
                  receipt.queue(),
                  environment.clock().instant(),
                  message.id(),
                  receipt.isDuplicate()));
      complete(receipt);
    }

    /** The transport has it, or had it before: it is not on its way any more. */
    Receipt stored(PublishResult result) {
      left(bytes);
      span.ifPresent(begun -> begun.end(Optional.empty()));
      String queue = options.get().name();
      return result instanceof PublishResult.Duplicate known
          ? new Receipt(message.id(), queue, known.state(), known.at(), true)
          : new Receipt(
              message.id(),
              queue,
              isScheduled ? MessageState.SCHEDULED : MessageState.READY,
              message.notBefore(),
              false);
    }

    @Override
    public void failed(Throwable cause) {
      left(bytes);
      span.ifPresent(begun -> begun.end(Optional.of(cause)));
      completeExceptionally(cause);
    }
  }
}
