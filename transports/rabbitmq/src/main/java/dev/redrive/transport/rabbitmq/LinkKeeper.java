// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that there is a link: makes the first one and, when one is lost, the next. For ever,
 * unless the configuration limits it, with the pauses of {@link Backoff}.
 */
final class LinkKeeper {
  private static final Logger log = LoggerFactory.getLogger(LinkKeeper.class);

  /** What becomes of links. Called on the keeper's thread, one call at a time; may block. */
  interface Owner {
    /** There is a link. */
    void up(Link link) throws IOException;

    /** The link is lost. */
    void down(Link link);

    /** There will be none any more. */
    void gaveUp(TransportException why);
  }

  private final RabbitTransportConfig config;
  private final ConnectionFactory factory;
  private final Environment environment;
  private final Owner owner;
  private final List<Address> hosts;
  // With why there will be none, or nothing.
  private final CompletableFuture<Optional<TransportException>> firstUp = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CompletableFuture<String> closing = new CompletableFuture<>();
  // Used by the keeper's thread alone.
  private int failures;
  // As Timers.nanoTime.
  private long lastUp;

  LinkKeeper(
      RabbitTransportConfig config,
      ConnectionFactory factory,
      Environment environment,
      Owner owner) {
    this.config = config;
    this.factory = factory;
    this.environment = environment;
    this.owner = owner;
    this.hosts = config.hosts().stream().map(Address::parseAddress).toList();
    this.lastUp = environment.timers().nanoTime();
  }

  /**
   * Begins, and waits for the first link.
   *
   * @throws TransportException if there is none and will be none
   */
  void start() {
    environment.threads().newThread(this::run).start();
    try {
      Optional<TransportException> gaveUp = firstUp.get();
      if (gaveUp.isPresent()) {
        throw gaveUp.get();
      }
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      closing.complete("interrupted");
      throw new TransportException("interrupted while connecting to " + hosts, interrupted);
    }
  }

  /** Ends the link and makes no other. Blocks until that is done. */
  void close() {
    closing.complete("closed");
    try {
      ended.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closing.isDone()) {
        if (!once()) {
          return;
        }
      }
    } catch (RuntimeException | Error failure) {
      log.error("the link cannot be kept", failure);
      giveUp(new TransportException("the link to RabbitMQ cannot be kept", failure));
    } finally {
      ended.countDown();
    }
  }

  /** One link from its beginning to its end; false if there is to be no other. */
  private boolean once() {
    Link link = null;
    try {
      link = Link.open(factory, hosts);
      owner.up(link);
    } catch (IOException | TimeoutException | RuntimeException failure) {
      if (link != null) {
        owner.down(link);
        link.close();
      }
      return goesOnAfter(failure);
    }
    log.info("connected to RabbitMQ at {}", link.consuming().getAddress());
    firstUp.complete(Optional.empty());
    Object why = CompletableFuture.anyOf(closing, link.lost().toCompletableFuture()).join();
    lastUp = environment.timers().nanoTime();
    failures = 0;
    if (!closing.isDone()) {
      log.warn("the link to RabbitMQ is lost and is made anew: {}", why);
    }
    owner.down(link);
    link.close();
    pause(Backoff.FIRST);
    return true;
  }

  private boolean goesOnAfter(Exception failure) {
    failures++;
    if (isHopeless(failure)) {
      giveUp(new TransportException(explained(failure), failure));
      return false;
    }
    Duration time = Duration.ofNanos(environment.timers().nanoTime() - lastUp);
    if (failures >= config.reconnectTries().orElse(Integer.MAX_VALUE)
        || config.reconnectFor().map(limit -> time.compareTo(limit) >= 0).orElse(false)) {
      giveUp(
          new TransportException(
              "gave up RabbitMQ at %s after %d tries in %d s: %s"
                  .formatted(config.hosts(), failures, time.toSeconds(), explained(failure)),
              failure));
      return false;
    }
    Duration pause = Backoff.longest(failures);
    log.warn(
        "cannot connect to RabbitMQ at {} ({} in a row), trying again within {} ms: {}",
        config.hosts(),
        failures,
        pause.toMillis(),
        explained(failure));
    pause(pause);
    return true;
  }

  /** A first connection that is refused for what was configured will not succeed by waiting. */
  private boolean isHopeless(Exception failure) {
    return !firstUp.isDone()
        && (failure instanceof AuthenticationFailureException
            || failure instanceof TransportException
            || Trust.isRefusal(failure)
            || isRefusal(failure.getCause()));
  }

  private static boolean isRefusal(@Nullable Throwable cause) {
    return cause instanceof ShutdownSignalException signal
        && signal.getReason() instanceof AMQP.Connection.Close close
        && (close.getReplyCode() == AMQP.NOT_ALLOWED
            || close.getReplyCode() == AMQP.ACCESS_REFUSED);
  }

  private static String explained(Exception failure) {
    if (Trust.isRefusal(failure)) {
      return "the broker's certificate is not believed, or it speaks no TLS there (see trustStore): "
          + failure.getMessage();
    }
    Throwable cause = failure.getCause();
    String text = String.valueOf(failure.getMessage());
    return cause == null || failure.getMessage() != null ? text : cause.toString();
  }

  private void giveUp(TransportException why) {
    log.error(why.getMessage());
    owner.gaveUp(why);
    firstUp.complete(Optional.of(why));
  }

  /** Waits a random part of that time, or until the end. */
  private void pause(Duration most) {
    CompletableFuture<String> over = new CompletableFuture<>();
    environment
        .timers()
        .after(Backoff.drawn(most, environment.random()), () -> over.complete("over"));
    CompletableFuture.anyOf(closing, over).join();
  }
}
