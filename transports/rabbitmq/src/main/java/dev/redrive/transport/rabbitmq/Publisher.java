// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import dev.redrive.spi.Environment;
import dev.redrive.transport.rabbitmq.Parcel.Fate;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends parcels with confirms, as many at a time as the window allows.
 *
 * <p>The broker confirms a parcel when the queue has it durably. One that it cannot route it
 * returns first and confirms then. One that it refuses, as a queue does whose leader is being
 * elected, is sent again a few times. When the link is lost, parcels of senders wait for the next
 * one and are sent again, so that the broker may hold them twice; copies of leased messages are
 * not, because their leases are lost as well and the originals come again.
 *
 * <p>Thread-safe; everything happens on one loop, which must not be anybody else's, because a write
 * blocks while the broker does not read.
 */
final class Publisher {
  private static final Logger log = LoggerFactory.getLogger(Publisher.class);
  private static final int REFUSALS_MAX = 6;
  private static final Duration REFUSAL_PAUSE = Duration.ofMillis(50);

  private final Environment environment;
  private final Loop loop;
  private final ConfirmWindow window = new ConfirmWindow();
  private final ArrayDeque<Parcel> waiting = new ArrayDeque<>();
  private final Unconfirmed unconfirmed = new Unconfirmed();
  // Refused, and sent again in a moment.
  private final Set<Parcel> pausing = new LinkedHashSet<>();
  private Optional<Link> present = Optional.empty();
  // Null while there is no link.
  private @Nullable Channel channel;
  // As above, but kept when a write fails, until it is told why.
  private @Nullable Channel current;
  // How many of those that wait are sent one by one.
  private int alone;
  private Cork cork = new Cork();
  private boolean isBlocked;
  private boolean hasEnded;

  Publisher(Environment environment, Loop loop) {
    this.environment = environment;
    this.loop = loop;
  }

  /** Sends parcels, in this order. */
  void send(List<Parcel> parcels) {
    boolean isTaken =
        loop.offer(
            () -> {
              parcels.forEach(this::enqueue);
              pump();
            });
    if (!isTaken) {
      parcels.forEach(parcel -> parcel.end(Fate.UNKNOWN));
    }
  }

  private void enqueue(Parcel parcel) {
    if (hasEnded || (channel == null && !parcel.isSentAgain())) {
      parcel.end(Fate.UNKNOWN);
    } else {
      waiting.add(parcel);
    }
  }

  /** There is a link; what waits for one is sent over it. Blocks. */
  void attach(Link link) throws IOException {
    Channel fresh = Link.channel(link.publishing());
    fresh.confirmSelect();
    fresh.addConfirmListener(
        new ConfirmListener() {
          @Override
          public void handleAck(long number, boolean multiple) {
            loop.execute(() -> confirmed(fresh, number, multiple));
          }

          @Override
          public void handleNack(long number, boolean multiple) {
            loop.execute(() -> refused(fresh, number, multiple));
          }
        });
    fresh.addReturnListener(
        (Return returned) ->
            loop.execute(
                () -> {
                  if (fresh == channel) {
                    unconfirmed.returned(returned);
                  }
                }));
    loop.execute(
        () -> {
          present = Optional.of(link);
          channel = fresh;
          current = fresh;
          cork = link.publishingCork();
          isBlocked = false;
          pump();
        });
    fresh.addShutdownListener(
        signal -> {
          // The end of a connection is the link's.
          if (!signal.isInitiatedByApplication() && !signal.isHardError()) {
            loop.execute(() -> channelClosed(link, fresh, signal));
          }
        });
  }

  /**
   * The broker did not like one of the parcels, because it is too large or its exchange was
   * deleted, and does not say which. They are sent again one by one, and one that the channel is
   * closed on alone is refused.
   */
  private void channelClosed(Link link, Channel closed, ShutdownSignalException signal) {
    if (closed != current) {
      return;
    }
    log.warn("RabbitMQ closed the channel that messages are sent by: {}", signal.getMessage());
    channel = null;
    List<Parcel> open = unconfirmed.takeAll();
    if (open.size() == 1) {
      open.remove(0).end(Fate.REFUSED);
    }
    alone = Math.max(open.size(), alone - 1);
    for (int i = open.size() - 1; i >= 0; i--) {
      waiting.addFirst(open.get(i));
    }
    try {
      attach(link);
    } catch (IOException | RuntimeException failure) {
      link.lose("there is no channel to send by: " + failure);
    }
  }

  /** The link is lost. */
  void detach() {
    loop.execute(
        () -> {
          channel = null;
          current = null;
          alone = 0;
          List<Parcel> open = unconfirmed.takeAll();
          open.addAll(waiting);
          waiting.clear();
          for (Parcel parcel : open) {
            if (parcel.isSentAgain() && !hasEnded) {
              waiting.add(parcel);
            } else {
              parcel.end(Fate.UNKNOWN);
            }
          }
        });
  }

  /** The broker takes nothing for now, or does again. */
  void blocked(boolean blocked) {
    loop.execute(
        () -> {
          isBlocked = blocked;
          if (blocked) {
            window.shrink();
          }
          pump();
        });
  }

  /** There will be no further link: what is not confirmed is unknown. */
  void end() {
    loop.execute(
        () -> {
          hasEnded = true;
          giveUp();
        });
  }

  private void giveUp() {
    List<Parcel> open = unconfirmed.takeAll();
    open.addAll(waiting);
    open.addAll(pausing);
    waiting.clear();
    pausing.clear();
    open.forEach(parcel -> parcel.end(Fate.UNKNOWN));
  }

  private void pump() {
    Channel open = channel;
    if (open == null || !isSendable()) {
      return;
    }
    try {
      cork.hold();
      try {
        while (isSendable()) {
          publish(open, waiting.remove());
        }
      } finally {
        cork.release();
      }
    } catch (IOException | AlreadyClosedException lost) {
      log.debug("the link was lost while messages were sent", lost);
      // They are among the unconfirmed, and the loss of the link is about to be told.
      channel = null;
    } catch (RuntimeException failure) {
      // The client may have counted a message that it did not send: no confirm can be trusted now.
      log.warn("a message could not be sent, the link is made anew", failure);
      channel = null;
      present.ifPresent(link -> link.lose("a message could not be sent: " + failure));
    }
  }

  private boolean isSendable() {
    return !isBlocked && !waiting.isEmpty() && unconfirmed.size() < bound();
  }

  private void publish(Channel open, Parcel parcel) throws IOException {
    if (!parcel.fits(open.getConnection().getFrameMax())) {
      // The client would refuse it, too, but count it as sent, and confirms go by that count.
      parcel.end(Fate.REFUSED);
      return;
    }
    parcel.sent();
    unconfirmed.add(open.getNextPublishSeqNo(), parcel);
    open.basicPublish(
        parcel.address().exchange(),
        parcel.address().routingKey(),
        true,
        parcel.properties(),
        parcel.body());
  }

  private int bound() {
    return alone > 0 ? 1 : window.size();
  }

  private void confirmed(Channel by, long number, boolean multiple) {
    if (by != channel) {
      return;
    }
    Collection<Parcel> parcels = unconfirmed.take(number, multiple);
    window.confirmed(parcels.size(), !waiting.isEmpty());
    alone = Math.max(0, alone - parcels.size());
    for (Parcel parcel : parcels) {
      parcel.end(parcel.isReturned() ? Fate.UNROUTABLE : Fate.CONFIRMED);
    }
    pump();
  }

  private void refused(Channel by, long number, boolean multiple) {
    if (by != channel) {
      return;
    }
    window.shrink();
    for (Parcel parcel : unconfirmed.take(number, multiple)) {
      int refusals = parcel.refused();
      if (refusals > REFUSALS_MAX) {
        parcel.end(Fate.REFUSED);
      } else {
        pausing.add(parcel);
        environment
            .timers()
            .after(
                REFUSAL_PAUSE.multipliedBy(1L << refusals),
                () -> loop.execute(() -> sendAgain(by, parcel)));
      }
    }
    pump();
  }

  private void sendAgain(Channel refuser, Parcel parcel) {
    if (!pausing.remove(parcel)) {
      return;
    }
    if (refuser != channel && !parcel.isSentAgain()) {
      parcel.end(Fate.UNKNOWN);
    } else {
      enqueue(parcel);
      pump();
    }
  }
}
