// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * The right to do what only one process may do at a time: a queue that just one connection can
 * have, and that is gone with it. Its methods block.
 */
final class Turn implements AutoCloseable {
  /** How long it is waited for. */
  static final Duration WAIT_MAX = Duration.ofMinutes(1);

  /** How long after a try the next one follows. */
  static final Duration PAUSE = Duration.ofMillis(20);

  private final Channel channel;
  private final String name;

  /** Somebody else has the turn just now. */
  static final class TakenException extends IOException {
    private static final long serialVersionUID = 1;

    TakenException(String name, Throwable cause) {
      super(
          "another process has had %s for %d s; try again later"
              .formatted(name, WAIT_MAX.toSeconds()),
          cause);
    }
  }

  private Turn(Channel channel, String name) {
    this.channel = channel;
    this.name = name;
  }

  /**
   * Waits for the turn of that name.
   *
   * @throws TransportException if it does not come
   */
  static Turn await(Connection connection, String name, Environment environment)
      throws IOException {
    long latest = environment.timers().nanoTimeAfter(WAIT_MAX);
    while (true) {
      try {
        return take(connection, name);
      } catch (TakenException taken) {
        if (environment.timers().nanoTime() > latest) {
          throw new TransportException(String.valueOf(taken.getMessage()), taken);
        }
      }
      CompletableFuture<Void> pause = new CompletableFuture<>();
      environment.timers().after(PAUSE, () -> pause.complete(null));
      pause.join();
    }
  }

  /**
   * Takes the turn of that name, if nobody has it.
   *
   * @throws TakenException if somebody has it
   */
  static Turn take(Connection connection, String name) throws IOException {
    Channel channel = Link.channel(connection);
    try {
      channel.queueDeclare(name, false, true, true, null);
      return new Turn(channel, name);
    } catch (IOException refused) {
      channel.abort();
      throw isTaken(refused) ? new TakenException(name, refused) : refused;
    }
  }

  private static boolean isTaken(IOException refused) {
    return refused.getCause() instanceof ShutdownSignalException signal
        && signal.getReason() instanceof AMQP.Channel.Close close
        && close.getReplyCode() == AMQP.RESOURCE_LOCKED;
  }

  /** Lets others have it. */
  @Override
  public void close() throws IOException {
    try {
      if (channel.isOpen()) {
        channel.queueDelete(name);
        channel.close();
      }
    } catch (TimeoutException late) {
      throw new IOException("the broker does not answer", late);
    } finally {
      channel.abort();
    }
  }
}
