// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules in the order in which they are asked: the user's, then what the handler said by a
 * {@link VerdictException}, then the defaults. The first that matches fires.
 *
 * <p>Where the handler did say something, only those of the user's rules are asked that name its
 * exception: whoever writes {@code on(RuntimeException.class).retry()} does not mean that a
 * rejected message is to be retried.
 */
record RuleBook(List<Rule> rules) {

  RuleBook {
    rules = List.copyOf(rules);
  }

  Ruling ruling(Causes causes) {
    Optional<VerdictException> said = causes.handlersVerdict();
    for (Rule rule : rules) {
      if (isAsked(rule, said) && rule.condition().matches(causes)) {
        return new Ruling(rule.name(), rule.action(), () -> rule.condition().whyMatching(causes));
      }
    }
    return said.map(RuleBook::handlersRuling).orElseGet(() -> DefaultRules.ruling(causes));
  }

  /** The rules that were asked, or left out, before the one that fired. */
  List<PassedOver> passedOver(Causes causes, Ruling ruling) {
    Optional<VerdictException> said = causes.handlersVerdict();
    List<PassedOver> passed = new ArrayList<>();
    for (Rule rule : rules) {
      if (rule.name().equals(ruling.rule())) {
        return passed;
      }
      String why =
          isAsked(rule, said)
              ? rule.condition().whyNot(causes)
              : "the handler's own word goes before rules that do not name it";
      passed.add(new PassedOver(rule.name(), why));
    }
    return passed;
  }

  private static boolean isAsked(Rule rule, Optional<VerdictException> said) {
    return said.isEmpty() || rule.condition().names(said.get());
  }

  private static Ruling handlersRuling(VerdictException said) {
    return new Ruling(
        "handler: " + said.getClass().getSimpleName(),
        said.action(),
        () -> "the handler said so: " + said.getMessage());
  }
}
