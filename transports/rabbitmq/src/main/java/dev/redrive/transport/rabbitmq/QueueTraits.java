// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import dev.redrive.TransportException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a queue is that somebody else made. What its policies say, the broker tells nobody by this
 * protocol.
 *
 * @param isDurable false if it is gone when the broker restarts
 * @param isAutoDelete true if it is gone with its last consumer
 * @param arguments those that it was declared with
 */
record QueueTraits(boolean isDurable, boolean isAutoDelete, Map<String, Object> arguments) {
  private static final Pattern DIFFERENCE =
      Pattern.compile(
          ".*inequivalent arg '([^']+)' for queue .*: received .* but current is "
              + "(?:the value )?(?:'(.*?)'(?: of type '([a-z]+)')?|none)",
          Pattern.DOTALL);
  private static final int DIFFERENCES_MAX = 32;

  /**
   * Asks the broker, which answers no such question, but says of a declaration of a queue that is
   * there in what it differs, and changes nothing. So this is declared until nothing differs.
   *
   * @return empty if the broker's words are not understood
   */
  static Optional<QueueTraits> read(Connection connection, String queue) throws IOException {
    Optional<QueueTraits> guess = Optional.of(new QueueTraits(true, false, Map.of()));
    for (int i = 0; i < DIFFERENCES_MAX && guess.isPresent(); i++) {
      Optional<String> difference = guess.get().difference(connection, queue);
      if (difference.isEmpty()) {
        return guess;
      }
      Matcher words = DIFFERENCE.matcher(difference.get());
      guess = guess.filter(traits -> words.matches()).map(traits -> traits.with(words));
    }
    return Optional.empty();
  }

  /** In what a queue that is there differs, in the broker's words; empty if in nothing. */
  Optional<String> difference(Connection connection, String queue) throws IOException {
    try {
      OneCall.make(
          connection,
          channel -> channel.queueDeclare(queue, isDurable, false, isAutoDelete, arguments));
      return Optional.empty();
    } catch (IOException refused) {
      Optional<String> why = OneCall.refusal(refused, AMQP.PRECONDITION_FAILED);
      if (why.isEmpty()) {
        throw refused;
      }
      return why;
    }
  }

  private QueueTraits with(Matcher difference) {
    String name = difference.group(1);
    String value = difference.group(2);
    String type = difference.group(3);
    if (name.equals("durable")) {
      return new QueueTraits(!isDurable, isAutoDelete, arguments);
    }
    if (name.equals("auto_delete")) {
      return new QueueTraits(isDurable, !isAutoDelete, arguments);
    }
    Map<String, Object> changed = new TreeMap<>(arguments);
    if (value == null) {
      changed.remove(name);
    } else {
      changed.put(name, typed(value, type == null ? "" : type));
    }
    return new QueueTraits(isDurable, isAutoDelete, changed);
  }

  private static Object typed(String text, String type) {
    return switch (type) {
      case "longstr" -> text;
      case "bool" -> Boolean.valueOf(text);
      default -> {
        try {
          yield Long.valueOf(text);
        } catch (NumberFormatException other) {
          yield text;
        }
      }
    };
  }

  private String type() {
    return Headers.text(arguments.getOrDefault("x-queue-type", "classic"));
  }

  private boolean has(String argument) {
    return arguments.containsKey(argument);
  }

  /** Refuses what cannot be used as a queue. */
  void check(String queue, boolean isTransientAllowed) {
    if (type().equals("stream")) {
      throw new TransportException(
          "queue "
              + queue
              + " is a stream, from which nothing can be taken out; choose a quorum or a classic"
              + " queue");
    }
    if (!isDurable && !isTransientAllowed) {
      throw new TransportException(
          "queue "
              + queue
              + " is not durable: it is gone with its messages when the broker restarts. Make it"
              + " durable, or accept that with allowTransient=true");
    }
  }

  /** What to expect of it that is not so of Redrive's own queues, to be read after its name. */
  List<String> consequences() {
    List<String> what = new ArrayList<>();
    boolean isDeadLettering = has("x-dead-letter-exchange");
    if (!isDurable) {
      what.add("is not durable: it is gone with its messages when the broker restarts");
    }
    if (isAutoDelete) {
      what.add("deletes itself with its last consumer, and then its messages are gone");
    }
    if (has("x-expires")) {
      what.add("deletes itself when it was not used for " + arguments.get("x-expires") + " ms");
    }
    String ends = isDeadLettering ? "dead-letters" : "drops";
    if (has("x-message-ttl")) {
      what.add(ends + " what has waited for " + arguments.get("x-message-ttl") + " ms");
    }
    boolean isBounded = has("x-max-length") || has("x-max-length-bytes");
    String overflow = Headers.text(arguments.get("x-overflow"));
    if (isBounded && !overflow.equals("reject-publish")) {
      what.add(ends + " messages when it is too long");
    }
    if (has("x-delivery-limit")) {
      what.add(
          ends
              + " what was handed over more than "
              + arguments.get("x-delivery-limit")
              + " times, attempts or not");
    }
    return what;
  }

  @Override
  public String toString() {
    return "%s%s%s, arguments %s"
        .formatted(
            type(),
            isDurable ? ", durable" : ", not durable",
            isAutoDelete ? ", deletes itself" : "",
            arguments);
  }
}
