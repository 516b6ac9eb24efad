// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A subscription's channel on one link: what the broker may still send by it, and what came by it
 * and is not settled. Used by the consuming loop alone.
 *
 * <p>The protocol has no credit, only a bound a consumer on what it has unsettled, which is fixed
 * when the consumer begins. So when more is asked for than the bounds leave room for, a further
 * consumer is added for the difference, and when there are many they are replaced by one. A worker
 * whose window stays the same has one.
 *
 * <p>The loop never waits for the broker, because it serves all queues and one of them may be out
 * of order: what has an answer goes through {@link Questions}. When the channel ends before its
 * link does, that concerns this queue alone, and the receiver is told.
 */
final class Intake {
  private static final int CONSUMERS_MAX = 8;
  private static final int PREFETCH_MAX = 0xFFFF;

  /** What comes by an intake. Called on the consuming loop. */
  interface Receiver {
    void received(Intake intake, Envelope envelope, AMQP.BasicProperties properties, byte[] body);

    /** All that arrived together is received. */
    void receivedAll();

    /**
     * The channel has ended, the link has not; nothing comes any more, and what came is lost.
     *
     * @param isGone true if there is no such queue any more
     */
    void broken(Intake intake, String why, boolean isGone);
  }

  private final Link link;
  private final Channel channel;
  private final RabbitQueue queue;
  private final Receiver receiver;
  private final Questions questions;
  // The consumers that the broker may still send to.
  private final Set<String> open = new HashSet<>();
  // Which consumer a message that is not settled came by.
  private final Map<Long, String> consumers = new HashMap<>();
  private final TreeSet<Long> unsettled = new TreeSet<>();
  // To be acknowledged.
  private final Set<Long> settled = new HashSet<>();
  private boolean isAbandoned;
  private int room;
  private long begun;

  Intake(Link link, RabbitQueue queue, Receiver receiver) throws IOException {
    this.link = link;
    this.channel = Link.channel(link.consuming());
    this.queue = queue;
    this.receiver = receiver;
    this.questions =
        new Questions(
            channel, queue.environment(), queue.loop(), this::sendAcknowledgements, this::failed);
    // Of all consumers, as they are begun by questions and not by the client's own call.
    channel.setDefaultConsumer(new Inbox());
    channel.addShutdownListener(signal -> queue.loop().execute(() -> ended(signal)));
  }

  /** How many messages the broker may send before something is settled. */
  int room() {
    return room;
  }

  /** Lets the broker send so many more, in all. */
  void widen(int more, int inAll) {
    if (open.size() >= CONSUMERS_MAX) {
      pause();
      consume(inAll);
    } else {
      consume(more);
    }
  }

  private void consume(int prefetch) {
    int bound = Math.min(prefetch, PREFETCH_MAX);
    String consumer = "redrive-" + ++begun;
    questions.ask(new AMQP.Basic.Qos.Builder().prefetchCount(bound).build());
    questions.ask(
        new AMQP.Basic.Consume.Builder().queue(queue.name()).consumerTag(consumer).build());
    open.add(consumer);
    room += bound;
  }

  /** Lets the broker send nothing more. What it has sent may still arrive. */
  void pause() {
    for (String consumer : open) {
      questions.ask(new AMQP.Basic.Cancel.Builder().consumerTag(consumer).build());
    }
    open.clear();
    room = 0;
  }

  /**
   * Acknowledges, when the broker is next asked whether it has {@link #taken} what it got: what is
   * settled while it is about to answer is acknowledged together then. In a crash before that the
   * messages come again, and nobody was told that they were settled.
   */
  void ack(Collection<Long> tags) {
    settled.addAll(tags);
  }

  private void sendAcknowledgements() throws IOException {
    link.consumingCork().hold();
    try {
      acknowledge();
    } finally {
      link.consumingCork().release();
    }
  }

  /** Contiguous tags are acknowledged at once. */
  private void acknowledge() throws IOException {
    long upTo = 0;
    while (!unsettled.isEmpty() && settled.remove(unsettled.first())) {
      upTo = unsettled.first();
      forget(upTo);
    }
    if (upTo > 0) {
      channel.basicAck(upTo, true);
    }
    for (long tag : settled) {
      forget(tag);
      channel.basicAck(tag, false);
    }
    settled.clear();
  }

  /** Gives messages back to the queue, about to where they were. */
  void giveBack(Collection<Long> tags) {
    List<Long> given = List.copyOf(tags);
    // After a pause that was asked for before, or the broker would send them here again. Until
    // then they are unsettled, so that no acknowledgement includes them.
    questions.afterwards(() -> nack(given));
  }

  private void nack(Collection<Long> tags) {
    try {
      for (long tag : tags) {
        forget(tag);
        channel.basicNack(tag, false, true);
      }
    } catch (IOException | AlreadyClosedException failure) {
      failed(failure);
    }
  }

  private void forget(long tag) {
    unsettled.remove(tag);
    if (open.contains(consumers.remove(tag))) {
      room++;
    }
  }

  private void remember(long tag, String consumer) {
    unsettled.add(tag);
    consumers.put(tag, consumer);
    if (open.contains(consumer)) {
      room--;
    }
  }

  /**
   * Completes when the broker has what was settled by now, with false if the channel was lost
   * before it said so.
   */
  CompletionStage<Boolean> taken() {
    return questions.allTaken();
  }

  /** The channel is lost: nobody gets an answer any more. */
  void abandon() {
    isAbandoned = true;
    questions.end();
    open.clear();
    room = 0;
    consumers.clear();
    unsettled.clear();
    settled.clear();
  }

  /** True if nothing that came by it can be settled any more. */
  boolean isLost() {
    return isAbandoned || link.isLost();
  }

  /** Gives back what is not settled. Does not wait for that. */
  void close() {
    abandon();
    // A channel whose queue does not answer does not answer to this either.
    queue.environment().threads().newThread(this::abort).start();
  }

  private void abort() {
    try {
      channel.abort();
    } catch (IOException | RuntimeException failure) {
      link.lose("a channel of queue " + queue.name() + " cannot be closed: " + failure);
    }
  }

  private void ended(ShutdownSignalException signal) {
    // The end of a connection is the link's.
    if (!signal.isInitiatedByApplication() && !signal.isHardError()) {
      boolean isGone =
          signal.getReason() instanceof AMQP.Channel.Close close
              && close.getReplyCode() == AMQP.NOT_FOUND;
      broken(String.valueOf(signal.getMessage()), isGone);
    }
  }

  /**
   * Something went wrong that leaves it unknown what is settled: all of it comes again. When the
   * channel or the connection was closed, that is told by itself.
   */
  void failed(Throwable failure) {
    if (channel.isOpen()) {
      broken(failure.toString(), false);
      close();
    }
  }

  private void broken(String why, boolean isGone) {
    if (!isAbandoned && !link.isLost()) {
      abandon();
      receiver.broken(this, why, isGone);
    }
  }

  private record Arrival(
      String consumer, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {}

  /**
   * Brings what the broker sends to the loop, on which all else happens: what has arrived by the
   * time that the loop gets to it, together.
   */
  private final class Inbox extends DefaultConsumer {
    private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTold = new AtomicBoolean();

    Inbox() {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String consumer, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      arrivals.add(new Arrival(consumer, envelope, properties, body));
      tellLoop();
    }

    private void tellLoop() {
      if (isTold.compareAndSet(false, true)) {
        queue.loop().execute(this::receive);
      }
    }

    private void receive() {
      // First of all: what arrives from now on is told anew, if it is not seen here.
      isTold.set(false);
      try {
        Arrival next = arrivals.poll();
        while (next != null) {
          receive(next);
          next = arrivals.poll();
        }
      } finally {
        // If one cannot be received, the others must be all the same.
        if (!arrivals.isEmpty()) {
          tellLoop();
        }
        receiver.receivedAll();
      }
    }

    private void receive(Arrival arrival) {
      if (!isAbandoned) {
        remember(arrival.envelope.getDeliveryTag(), arrival.consumer);
        receiver.received(Intake.this, arrival.envelope, arrival.properties, arrival.body);
      }
    }

    @Override
    public void handleCancel(String consumer) {
      queue
          .loop()
          .execute(
              () -> {
                if (!isAbandoned) {
                  broken("the broker cancelled the consumer; was the queue deleted?", true);
                  close();
                }
              });
    }
  }
}
