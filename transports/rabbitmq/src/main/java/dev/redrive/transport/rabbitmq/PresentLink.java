// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.BlockedListener;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.TransportStates;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link that there is just now, if there is one, and what follows for all others when it comes
 * and goes. Thread-safe.
 */
final class PresentLink implements LinkKeeper.Owner {
  private static final Logger log = LoggerFactory.getLogger(PresentLink.class);

  private final Topology topology;
  private final Publisher publisher;
  private final Loop consuming;
  private final TransportStates states;
  private final Map<String, RabbitQueue> queues;
  private final Runnable afterUp;
  private volatile Optional<Link> link = Optional.empty();
  private volatile Optional<TransportException> end = Optional.empty();

  /**
   * @param queues those that are provisioned; may change at any time
   * @param afterUp what is to be done each time there is a link, besides
   */
  PresentLink(
      Topology topology,
      Publisher publisher,
      Loop consuming,
      TransportStates states,
      Map<String, RabbitQueue> queues,
      Runnable afterUp) {
    this.topology = topology;
    this.publisher = publisher;
    this.consuming = consuming;
    this.states = states;
    this.queues = queues;
    this.afterUp = afterUp;
  }

  Optional<Link> find() {
    return link;
  }

  /**
   * The link.
   *
   * @throws TransportException if there is none now, or will be none any more
   */
  Link get() {
    checkNotEnded();
    return link.orElseThrow(
        () ->
            new TransportException(
                "there is no connection to RabbitMQ just now; it is being made again"));
  }

  /**
   * Does nothing as long as there is a link or will be one.
   *
   * @throws TransportException with why there will be none any more
   */
  void checkNotEnded() {
    end.ifPresent(
        why -> {
          throw new TransportException(String.valueOf(why.getMessage()), why);
        });
  }

  /** There will be none any more, for this reason unless there is one already. */
  void end(TransportException why) {
    if (end.isEmpty()) {
      end = Optional.of(why);
    }
  }

  @Override
  public void up(Link fresh) throws IOException {
    BrokerVersion.check(fresh.consuming());
    for (String queue : queues.keySet()) {
      provisionAgain(fresh, queue);
    }
    fresh
        .publishing()
        .addBlockedListener(
            new BlockedListener() {
              @Override
              public void handleBlocked(String reason) {
                log.warn("RabbitMQ takes no messages for now: {}", reason);
                publisher.blocked(true);
                states.change(TransportState.BLOCKED);
              }

              @Override
              public void handleUnblocked() {
                log.info("RabbitMQ takes messages again");
                publisher.blocked(false);
                states.change(TransportState.UP);
              }
            });
    publisher.attach(fresh);
    link = Optional.of(fresh);
    consuming.execute(() -> queues.values().forEach(queue -> queue.attach(fresh)));
    states.change(TransportState.UP);
    afterUp.run();
  }

  /** One queue that somebody has changed must not keep the others from coming back. */
  private void provisionAgain(Link fresh, String queue) throws IOException {
    try {
      topology.provision(fresh.consuming(), queue);
    } catch (IOException | TransportException failure) {
      if (!fresh.consuming().isOpen()) {
        throw failure;
      }
      log.error("queue {} cannot be provisioned again", queue, failure);
    }
  }

  @Override
  public void down(Link lost) {
    link = Optional.empty();
    states.change(TransportState.DOWN);
    publisher.detach();
    consuming.execute(() -> queues.values().forEach(RabbitQueue::detach));
  }

  @Override
  public void gaveUp(TransportException why) {
    end(why);
    states.change(TransportState.FENCED);
    publisher.end();
  }
}
