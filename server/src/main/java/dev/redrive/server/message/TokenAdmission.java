// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.message;

import dev.redrive.MessageStatus;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.Receipt;
import dev.redrive.Transition;
import dev.redrive.retry.DurationText;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Problem;
import dev.redrive.server.queue.ManagedQueue;
import dev.redrive.server.token.Token;
import dev.redrive.server.token.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Lets in the first message that comes with a token. The message's id is the token's, so that to
 * store it is to take the token, and nothing can come between the two.
 */
public final class TokenAdmission {
  private static final String HEADER = "Redrive-Token";

  private final Tokens tokens;
  private final InstantSource clock;

  /** Lets these tokens in, by this clock. */
  public TokenAdmission(Tokens tokens, InstantSource clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * The token of a request, if it has one.
   *
   * @throws dev.redrive.server.http.ProblemException if it is none of this queue's
   */
  Optional<Token> token(Exchange exchange, ManagedQueue queue) {
    return Optional.ofNullable(exchange.request().headers().get(HEADER))
        .map(text -> tokens.read(text, queue.name()).orElseThrow(() -> unknown(queue)))
        .map(token -> checked(token, queue));
  }

  // The id of a message that has ended may be forgotten while its token still lives.
  private static Token checked(Token token, ManagedQueue queue) {
    Duration window = queue.config().options().dedupWindow();
    if (token.ttl().compareTo(window) > 0) {
      throw Problem.of(
              410,
              "token-void",
              "The token is not valid any more",
              "it was made for "
                  + DurationText.format(token.ttl())
                  + ", and since then the queue's dedupWindow was shortened to "
                  + DurationText.format(window)
                  + ": get a new one with POST /v1/tokens")
          .asException();
    }
    return token;
  }

  private static RuntimeException unknown(ManagedQueue queue) {
    return Problem.of(
            400,
            "unknown-token",
            "The token is not valid",
            "it was not made by this server for queue "
                + queue.name()
                + ": get one with POST /v1/tokens")
        .asException();
  }

  /**
   * What becomes of a message: it is sent, unless its token has expired. Who has lost the answer to
   * a first send in time still gets it after that, as a duplicate.
   */
  CompletionStage<Receipt> receipt(
      Optional<Token> token, ManagedQueue queue, Outgoing<byte[]> message) {
    Queue<byte[]> engine = queue.queue();
    if (token.isEmpty() || !token.get().isExpired(clock.instant())) {
      return engine.send(message);
    }
    return engine
        .find(token.get().id())
        .thenApply(
            found ->
                found
                    .map(TokenAdmission::known)
                    .orElseThrow(() -> expired(token.get().expiresAt())));
  }

  private static Receipt known(MessageStatus status) {
    List<Transition> history = status.history();
    Instant last = history.isEmpty() ? status.firstSeen() : history.get(history.size() - 1).at();
    return new Receipt(
        status.id(), status.queue(), status.state(), status.dueAt().orElse(last), true);
  }

  private static RuntimeException expired(Instant at) {
    return Problem.of(
            410,
            "token-expired",
            "The token has expired",
            "it could be used until " + at + ", and was not: get a new one with POST /v1/tokens")
        .asException();
  }
}
