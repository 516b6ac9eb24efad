// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Delivery;
import dev.redrive.Message;
import dev.redrive.QueueOptions;
import dev.redrive.Settled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * The messages that one consumer gets at once: their attempts begin, and when the last has begun or
 * was found impossible, the consumer gets the deliveries. None if all were turned away.
 */
final class Share<T> {
  private final QueueEngine<T> queue;
  private final BiFunction<Handed, Message<T>, Delivery<T>> open;
  private final Consumer<List<Delivery<T>>> whenBegun;
  private final List<Delivery<T>> begun = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger pending = new AtomicInteger();

  /**
   * Creates a share.
   *
   * @param open begins the consumer's lease on a message whose attempt has begun
   * @param whenBegun gets the deliveries, once
   */
  Share(
      QueueEngine<T> queue,
      BiFunction<Handed, Message<T>, Delivery<T>> open,
      Consumer<List<Delivery<T>>> whenBegun) {
    this.queue = queue;
    this.open = open;
    this.whenBegun = whenBegun;
  }

  void begin(List<Handed> messages) {
    pending.set(messages.size());
    for (Handed message : messages) {
      try {
        queue.duplicates().ask(message, new Asking());
      } catch (Throwable failure) {
        lost(message, failure);
      }
    }
  }

  /** What comes of asking whether a message was done before. A consumer does not wait for that. */
  private final class Asking implements Duplicates.Asker {
    @Override
    public void free(Handed message) {
      message.intake().begin(message, new Beginning(message));
    }

    @Override
    public void over(Handed message) {
      oneLess();
    }

    @Override
    public boolean isWanted(Handed message) {
      return true;
    }

    @Override
    public boolean mayWait() {
      return false;
    }
  }

  /** There is no memory to go on with this one: it comes again. */
  private void lost(Handed message, Throwable failure) {
    try {
      message.letGo(failure);
    } finally {
      oneLess();
    }
  }

  private void oneLess() {
    if (pending.decrementAndGet() == 0) {
      whenBegun.accept(List.copyOf(begun));
    }
  }

  private final class Beginning implements Batcher.Callback<Settled> {
    private final Handed message;

    Beginning(Handed message) {
      this.message = message;
    }

    @Override
    public void done(Settled settled) {
      if (settled != Settled.DONE) {
        missed();
        return;
      }
      queue.keys().keepFor(message, queue.options().timeout(), this::goOn);
    }

    private void goOn(boolean isKept) {
      try {
        if (isKept) {
          deliver().ifPresent(begun::add);
        } else {
          queue.settler().giveBack(message, KeyKeeper.NOT_KEPT);
        }
      } catch (Throwable failure) {
        lost(message, failure);
        return;
      }
      oneLess();
    }

    @Override
    public void failed(Throwable cause) {
      missed();
    }

    private void missed() {
      message.letGo();
      queue.keys().freeLater(message);
      oneLess();
    }

    private Optional<Delivery<T>> deliver() {
      QueueOptions<T> options = queue.options();
      Optional<Admission.Refusal> late = Admission.deadline(message, queue.now());
      if (late.isPresent()) {
        if (message.claim()) {
          queue.settler().turnAway(message, late.get());
        }
        return Optional.empty();
      }
      Message<T> decoded;
      try {
        decoded = Attempt.message(message, options);
      } catch (Exception | StackOverflowError undecodable) {
        if (message.claim()) {
          queue.settler().undecodable(message, undecodable);
        }
        return Optional.empty();
      } catch (Error failure) {
        if (message.claim()) {
          queue.settler().failed(message, failure, Duration.ZERO);
        }
        return Optional.empty();
      }
      queue.surroundings().attempt(message, decoded);
      Instant now = queue.now();
      queue.events().tell(() -> Attempt.started(message.in(), options.name(), now));
      return Optional.of(open.apply(message, decoded));
    }
  }
}
