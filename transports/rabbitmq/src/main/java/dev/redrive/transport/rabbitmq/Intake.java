// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A subscription's channel on one link: what the broker may still send by it, and what came by it
 * and is not settled. Used by the consuming loop alone.
 *
 * <p>The protocol has no credit, only a bound a consumer on what it has unsettled, which is fixed
 * when the consumer begins. So when more is asked for than the bounds leave room for, a further
 * consumer is added for the difference, and when there are many they are replaced by one. A worker
 * whose window stays the same has one.
 */
final class Intake {
  private static final int CONSUMERS_MAX = 8;
  private static final int PREFETCH_MAX = 0xFFFF;

  /** What comes by an intake. Called on the consuming loop. */
  interface Receiver {
    void received(Intake intake, long tag, AMQP.BasicProperties properties, byte[] body);
  }

  private final Link link;
  private final Channel channel;
  private final String queue;
  private final Loop loop;
  private final Receiver receiver;
  // The consumers that the broker may still send to.
  private final Set<String> open = new HashSet<>();
  // Which consumer a message that is not settled came by.
  private final Map<Long, String> consumers = new HashMap<>();
  private final TreeSet<Long> unsettled = new TreeSet<>();
  // What waits for the next answer of the broker: the present question was asked before it.
  private List<CompletableFuture<Boolean>> next = new ArrayList<>();
  private boolean isAsking;
  private boolean isAbandoned;
  private int room;

  Intake(Link link, String queue, Loop loop, Receiver receiver) throws IOException {
    this.link = link;
    this.channel = Link.channel(link.consuming());
    this.queue = queue;
    this.loop = loop;
    this.receiver = receiver;
    channel.addShutdownListener(
        signal -> {
          if (!signal.isInitiatedByApplication()) {
            link.lose("the channel of queue " + queue + " was closed: " + signal.getMessage());
          }
        });
  }

  /** How many messages the broker may send before something is settled. */
  int room() {
    return room;
  }

  /** Lets the broker send so many more, in all. */
  void widen(int more, int inAll) {
    try {
      if (open.size() >= CONSUMERS_MAX) {
        pause();
        consume(inAll);
      } else {
        consume(more);
      }
    } catch (IOException | AlreadyClosedException failure) {
      lost(failure);
    }
  }

  private void consume(int prefetch) throws IOException {
    int bound = Math.min(prefetch, PREFETCH_MAX);
    channel.basicQos(bound);
    String consumer = channel.basicConsume(queue, false, new Inbox());
    open.add(consumer);
    room += bound;
  }

  /** Lets the broker send nothing more. What it has sent may still arrive. */
  void pause() {
    try {
      List<String> ending = List.copyOf(open);
      open.clear();
      room = 0;
      for (String consumer : ending) {
        channel.basicCancel(consumer);
      }
    } catch (IOException | AlreadyClosedException failure) {
      lost(failure);
    }
  }

  /** Acknowledges, contiguous tags at once. */
  void ack(Collection<Long> tags) {
    try {
      Set<Long> rest = new HashSet<>(tags);
      long upTo = 0;
      while (!unsettled.isEmpty() && rest.remove(unsettled.first())) {
        upTo = unsettled.first();
        forget(upTo);
      }
      if (upTo > 0) {
        channel.basicAck(upTo, true);
      }
      for (long tag : rest) {
        forget(tag);
        channel.basicAck(tag, false);
      }
    } catch (IOException | AlreadyClosedException failure) {
      lost(failure);
    }
  }

  /** Gives messages back to the queue, about to where they were. */
  void giveBack(Collection<Long> tags) {
    try {
      for (long tag : tags) {
        forget(tag);
        channel.basicNack(tag, false, true);
      }
    } catch (IOException | AlreadyClosedException failure) {
      lost(failure);
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
   * Completes when the broker has what was settled by now, with false if the link was lost before
   * it said so. The protocol does not answer acknowledgements, but a channel answers in turn: so it
   * is asked for something that changes nothing.
   */
  CompletionStage<Boolean> taken() {
    if (isAbandoned) {
      return CompletableFuture.completedStage(false);
    }
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    next.add(taken);
    ask();
    return taken;
  }

  private void ask() {
    if (isAsking || isAbandoned || next.isEmpty()) {
      return;
    }
    isAsking = true;
    List<CompletableFuture<Boolean>> asking = next;
    next = new ArrayList<>();
    CompletionStage<?> answer;
    try {
      answer = channel.asyncCompletableRpc(new AMQP.Basic.Qos.Builder().prefetchCount(1).build());
    } catch (IOException | AlreadyClosedException failure) {
      answer = CompletableFuture.failedStage(failure);
      lost(failure);
    }
    answer.whenComplete(
        (done, failure) ->
            loop.execute(
                () -> {
                  isAsking = false;
                  asking.forEach(taken -> taken.complete(failure == null));
                  ask();
                }));
  }

  /** The link is lost: nobody gets an answer any more. */
  void abandon() {
    isAbandoned = true;
    next.forEach(taken -> taken.complete(false));
    next.clear();
    open.clear();
    room = 0;
    consumers.clear();
    unsettled.clear();
  }

  boolean isLost() {
    return link.isLost();
  }

  void close() {
    try {
      channel.abort();
    } catch (IOException failure) {
      lost(failure);
    }
  }

  private void lost(Exception failure) {
    link.lose("the channel of queue " + queue + " failed: " + failure);
  }

  /** Brings what the broker sends to the loop, on which all else happens. */
  private final class Inbox extends DefaultConsumer {
    Inbox() {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String consumer, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      long tag = envelope.getDeliveryTag();
      loop.execute(
          () -> {
            remember(tag, consumer);
            receiver.received(Intake.this, tag, properties, body);
          });
    }

    @Override
    public void handleCancel(String consumer) {
      link.lose("the broker cancelled a consumer of queue " + queue + "; was it deleted?");
    }
  }
}
