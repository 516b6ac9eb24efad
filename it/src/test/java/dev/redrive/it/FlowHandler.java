// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Event;
import dev.redrive.Handler;
import dev.redrive.Listener;
import dev.redrive.Message;
import dev.redrive.it.FlowPlan.Outcome;
import dev.redrive.retry.RejectedException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Handles the messages of a flow as its plan says, and tells a witness. Thread-safe. */
final class FlowHandler implements Handler<String>, Listener {
  private final FlowPlan plan;
  private final Witness witness;
  private final InstantSource clock = InstantSource.system();
  private final AtomicLong succeeded = new AtomicLong();

  FlowHandler(FlowPlan plan, Witness witness) {
    this.plan = plan;
    this.witness = witness;
  }

  @Override
  public void handle(Message<String> message) throws IOException {
    String id = message.id();
    witness.called(id, message.attempt(), clock.instant());
    if (!message.payload().equals(plan.payload(id))
        || !id.equals(message.headers().get(Flow.HEADER))) {
      witness.wrong("message " + id + " came with another payload or other headers");
    }
    Outcome outcome = plan.outcome(id, message.attempt());
    witness.returned(id, message.attempt(), clock.instant());
    switch (outcome) {
      case SUCCESS -> {}
      case FAILURE -> throw new IOException("planned");
      case REFUSAL -> throw new RejectedException("planned");
    }
  }

  @Override
  public void on(Event event) {
    if (event instanceof Event.Succeeded done) {
      succeeded.incrementAndGet();
      witness.settled(done.id(), done.attempt(), clock.instant());
    } else if (event instanceof Event.Retried retried) {
      witness.settled(retried.id(), retried.attempt(), clock.instant());
    } else if (event instanceof Event.Died died) {
      witness.settled(died.id(), died.attempt(), clock.instant());
    }
  }

  /** How many successes the engine has told of. */
  long succeededCount() {
    return succeeded.get();
  }
}
