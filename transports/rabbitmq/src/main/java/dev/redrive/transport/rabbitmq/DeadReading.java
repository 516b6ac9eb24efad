// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One reading of a queue's dead letters, from the first to the last.
 *
 * <p>The broker cannot show a queue, only hand it over. So a reading takes all letters, looks at
 * them, moves those that are to be moved, and gives the others back. Only one reading at a time can
 * see all of them, so that each waits for its {@link Turn}.
 *
 * <p>To move a letter is the broker's work: a letter that is rejected goes from the queue of dead
 * letters to the queue itself, in which it is before it leaves the other. There is no moment at
 * which this process has it in two places.
 *
 * <p>Used by one thread; its methods block.
 */
final class DeadReading implements AutoCloseable {
  private static final int FIRST_PREFETCH = 200;
  private static final int PREFETCH_GROWTH = 10;
  private static final int PREFETCH_MAX = 0xFFFF;
  private static final long ANSWER_SECONDS = 30;

  /** Is shown each letter, one after another, on some thread. */
  interface Visitor {
    void visit(Envelope envelope, AMQP.BasicProperties properties, byte[] body);
  }

  private final Turn turn;
  private final Channel channel;

  private DeadReading(Turn turn, Channel channel) {
    this.turn = turn;
    this.channel = channel;
  }

  /**
   * Takes its turn, and begins.
   *
   * @throws Turn.TakenException if it is somebody else's
   */
  static DeadReading open(Connection connection, String name) throws IOException {
    return begin(connection, Turn.take(connection, name));
  }

  /**
   * Waits for its turn, and begins.
   *
   * @throws TransportException if it does not come
   */
  static DeadReading await(Connection connection, String name, Environment environment)
      throws IOException {
    return begin(connection, Turn.await(connection, name, environment));
  }

  private static DeadReading begin(Connection connection, Turn turn) throws IOException {
    try {
      return new DeadReading(turn, Link.channel(connection));
    } catch (IOException | RuntimeException failure) {
      turn.close();
      throw failure;
    }
  }

  /**
   * Shows all letters that it has not shown yet, or that were given back. Bounds are raised as long
   * as there are more; an empty answer to a get is given after all that the consumers may have, and
   * the end of a consumer is told after all that came by it.
   */
  void readAll(String queue, Visitor visitor) throws IOException {
    List<Inbox> inboxes = new ArrayList<>();
    List<String> consumers = new ArrayList<>();
    Visitor oneByOne =
        (envelope, properties, body) -> {
          synchronized (this) {
            visitor.visit(envelope, properties, body);
          }
        };
    int prefetch = FIRST_PREFETCH;
    while (true) {
      Inbox inbox = new Inbox(oneByOne);
      inboxes.add(inbox);
      channel.basicQos(prefetch);
      consumers.add(channel.basicConsume(queue, false, inbox));
      GetResponse further = channel.basicGet(queue, false);
      if (further == null) {
        break;
      }
      oneByOne.visit(further.getEnvelope(), further.getProps(), further.getBody());
      prefetch = Math.min(prefetch * PREFETCH_GROWTH, PREFETCH_MAX);
    }
    for (String consumer : consumers) {
      channel.basicCancel(consumer);
    }
    for (Inbox inbox : inboxes) {
      inbox.awaitEnd();
    }
  }

  /** Moves these letters to their queue, for good. */
  void replay(Collection<Long> tags) throws IOException {
    for (long tag : tags) {
      channel.basicReject(tag, false);
    }
    awaitTaken();
  }

  /** Deletes these letters, for good. */
  void purge(Collection<Long> tags) throws IOException {
    for (long tag : tags) {
      channel.basicAck(tag, false);
    }
    awaitTaken();
  }

  /** Gives these letters back; they can be read again. */
  void giveBack(Collection<Long> tags) throws IOException {
    for (long tag : tags) {
      channel.basicNack(tag, false, true);
    }
    awaitTaken();
  }

  /** True while the letters are this reading's. */
  boolean isOpen() {
    return channel.isOpen();
  }

  // A channel answers in turn, so that its answer to this comes when all before it was taken.
  private void awaitTaken() throws IOException {
    channel.basicQos(1);
  }

  /** Gives back what is left, and lets others read. */
  @Override
  public void close() throws IOException {
    try {
      if (channel.isOpen()) {
        // All that is unsettled; the letters are numbered, so that their order in the queue does
        // not matter.
        channel.basicNack(0, true, true);
        awaitTaken();
        channel.close();
      }
    } catch (TimeoutException late) {
      throw new IOException("the broker does not answer", late);
    } finally {
      channel.abort();
      turn.close();
    }
  }

  private final class Inbox extends DefaultConsumer {
    private final Visitor visitor;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    Inbox(Visitor visitor) {
      super(channel);
      this.visitor = visitor;
    }

    @Override
    public void handleDelivery(
        String consumer, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      visitor.visit(envelope, properties, body);
    }

    @Override
    public void handleCancelOk(String consumer) {
      end.complete(null);
    }

    @Override
    public void handleCancel(String consumer) {
      end.completeExceptionally(new IOException("the queue of dead letters was deleted"));
    }

    @Override
    public void handleShutdownSignal(String consumer, ShutdownSignalException signal) {
      end.completeExceptionally(signal);
    }

    void awaitEnd() throws IOException {
      try {
        end.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading dead letters", interrupted);
      } catch (ExecutionException | TimeoutException failure) {
        throw new IOException("the dead letters could not be read", failure);
      }
    }
  }
}
