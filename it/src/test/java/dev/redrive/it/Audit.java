// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * Whether the books balance, after everything has come to rest.
 *
 * <p>A send ends acknowledged, or its sender cannot tell; both are legal. What must come out is the
 * model of Jepsen's {@code total-queue} checker: nothing acknowledged is lost, nothing comes that
 * nobody sent, and what comes more often than once was in somebody's hands when something broke.
 * Beyond it: no attempt is too early, and their numbers have no gaps.
 */
final class Audit {
  private final Accounting books;
  private final Map<String, Account> accounts;
  private final List<Window> cuts;

  Audit(Accounting books) {
    this.books = books;
    this.accounts = books.accounts();
    this.cuts = books.cuts();
  }

  /** Acknowledged, and its last attempt never came. */
  List<String> lost() {
    return ids((id, account) -> account.isAcknowledged() && !books.hasEnded(id, account));
  }

  /** Handled, and nobody had tried to send it. */
  List<String> unexpected() {
    return ids((id, account) -> account.callCount() > 0 && !account.isTried());
  }

  /** Not acknowledged, and it came all the same: legal. */
  List<String> recovered() {
    return ids((id, account) -> account.callCount() > 0 && !account.isAcknowledged());
  }

  /** Attempted before its time, and by how much. */
  Map<String, Duration> early() {
    Map<String, Duration> early = new TreeMap<>();
    accounts.forEach(
        (id, account) -> {
          Duration by = account.earliness(books.plan());
          if (!by.isZero()) {
            early.put(id, by);
          }
        });
    return early;
  }

  /** An attempt came whose predecessor had not. */
  List<String> gaps() {
    return ids((id, account) -> account.gap().isPresent());
  }

  /** The attempts' numbers did not only rise. */
  List<String> repeating() {
    return ids((id, account) -> !account.isRising());
  }

  /** How the numbers of a message's attempts follow one another. */
  enum Numbering {
    /** None is missing; one that was cut off comes again. */
    WITHOUT_GAPS,
    /**
     * None comes twice. One that was cut off counts, and may be missing, if its process ended
     * before it called the handler.
     */
    RISING,
    /** As they are taken from one process by another, while both live. */
    OF_SEVERAL
  }

  /** How many copies of messages there were too many. */
  int duplicates() {
    return accounts.values().stream().mapToInt(Account::extraCopies).sum();
  }

  /** Doubled more often than what was cut off explains. */
  List<String> unexplained() {
    return ids((id, account) -> account.unexplained(cuts) > 0);
  }

  /** How many copies the cuts explain: what was in somebody's hands at each. */
  int bound() {
    return accounts.values().stream().mapToInt(account -> account.doubts(cuts)).sum();
  }

  private List<String> ids(BiPredicate<String, Account> test) {
    return accounts.entrySet().stream()
        .filter(entry -> test.test(entry.getKey(), entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Fails unless the books balance.
   *
   * @param rule how the numbers of a message's attempts must follow one another
   */
  void verify(Numbering rule) {
    assertThat(books.wrongs()).as("what must never be").isEmpty();
    assertThat(lost()).as("acknowledged and never done").isEmpty();
    assertThat(unexpected()).as("handled and never sent").isEmpty();
    assertThat(early())
        .as(() -> "attempted before its time: " + inFull(List.copyOf(early().keySet())))
        .isEmpty();
    assertThat(unexplained())
        .as(() -> "doubled, and nothing that was cut off explains it: " + inFull(unexplained()))
        .isEmpty();
    assertThat(duplicates()).as("copies too many").isLessThanOrEqualTo(bound());
    switch (rule) {
      case WITHOUT_GAPS -> assertThat(gaps()).as("attempts whose predecessor is missing").isEmpty();
      case RISING -> assertThat(repeating()).as("attempts' numbers that do not rise").isEmpty();
      case OF_SEVERAL -> {
        // What a process does that stood still, it does late, under numbers of long ago.
      }
    }
  }

  /** Fails if something was settled that had been settled before, or was somebody else's. */
  void verifySettledOnce() {
    assertThat(
            ids(
                (id, account) ->
                    !account.isSettledOnce(attempt -> books.plan().isLast(id, attempt))))
        .as("settled more than once")
        .isEmpty();
  }

  private String inFull(List<String> ids) {
    return cuts
        + ids.stream().map(id -> "\n" + id + ": " + accounts.get(id)).collect(Collectors.joining());
  }

  @Override
  public String toString() {
    return "acknowledged %d, cuts %d, lost %d, unexpected %d, early %d, duplicates %d of %d"
            .formatted(
                books.acknowledgedCount(),
                cuts.size(),
                lost().size(),
                unexpected().size(),
                early().size(),
                duplicates(),
                bound())
        + ", recovered %d".formatted(recovered().size());
  }
}
