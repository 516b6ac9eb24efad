// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Redrive in a folder: messages survive the end of this process and of the machine's power, nothing
 * else need be installed, and no other process can use the folder meanwhile.
 *
 * <p>A send or settlement that has completed is on the disk. After an error of the disk the
 * transport is {@link TransportState#FENCED}: nothing is acknowledged any more, and the process
 * must be started anew. While the disk is nearly full it is {@link TransportState#BLOCKED}: sends
 * are refused, settlements go on, and it comes back by itself.
 */
public final class EmbeddedTransport implements Transport {
  private static final Capabilities CAPABILITIES =
      new Capabilities(
          Capabilities.Durability.POWER_CUT,
          Capabilities.Move.ATOMIC,
          Capabilities.Move.ATOMIC,
          Duration.ZERO,
          Duration.ofDays(36_500),
          Duration.ofMillis(1),
          EnumSet.complementOf(
              EnumSet.of(Capability.CALLER_TRANSACTION, Capability.PIPELINED_BATCHES)));

  private final Works works;

  private EmbeddedTransport(Works works) {
    this.works = works;
  }

  /**
   * Opens the folder. Blocks until messages can be sent and taken.
   *
   * @throws TransportException if the folder cannot be used, saying what to do
   */
  public static EmbeddedTransport open(EmbeddedTransportConfig config, Environment environment) {
    return open(config, environment, DiskSpace::of);
  }

  /** Opens the folder with another way to ask for the room on the disk. */
  static EmbeddedTransport open(
      EmbeddedTransportConfig config,
      Environment environment,
      Function<DataFolder, LongSupplier> usableBytes) {
    return new EmbeddedTransport(Works.open(config, environment, usableBytes));
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec queue) {
    return attempt(() -> works.provision(queue));
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    return attempt(() -> works.queue(queue).publisher().publish(batch));
  }

  @Override
  public Subscription subscribe(String queue, SubscribeOptions options, Sink sink) {
    return works.queue(queue).subscribe(options.lease(), sink);
  }

  @Override
  public DeadLetters deadLetters(String queue) {
    return works.queue(queue).deadLetters();
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return attempt(() -> works.read(() -> works.queue(queue).status().find(id)));
  }

  @Override
  public CompletionStage<Boolean> cancel(String queue, String id) {
    return attempt(
        () ->
            works
                .read(() -> works.queue(queue).status().cancel(id))
                .thenCompose(Function.identity()));
  }

  @Override
  public CompletionStage<QueueStats> stats(String queue) {
    return attempt(() -> works.read(() -> works.queue(queue).status().stats()));
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    works.health().listen(listener);
  }

  @Override
  public Optional<IdempotencyStore> idempotencyStore() {
    return Optional.of(works.idempotency());
  }

  /** Waits until what was sent and settled before is on the disk. Idempotent. */
  @Override
  public void close() {
    works.close();
  }

  private static <T> CompletionStage<T> attempt(Attempt<T> attempt) {
    try {
      return attempt.run();
    } catch (TransportException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** A call whose exceptions belong into its stage. */
  @FunctionalInterface
  private interface Attempt<T> {
    CompletionStage<T> run();
  }
}
