// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a policy as the configuration that {@link PolicyParser} reads. */
final class PolicyWriter {

  private PolicyWriter() {}

  static Map<String, Object> write(RetryPolicy policy) {
    Map<String, Object> map = new LinkedHashMap<>();
    put(map, policy.backoff());
    put(map, policy.jitter());
    map.put("attempts", policy.attempts());
    map.put("retryAfterMax", DurationText.format(policy.retryAfterMax()));
    List<Object> rules = new ArrayList<>();
    policy.book().rules().forEach(rule -> rules.add(write(rule)));
    if (!rules.isEmpty()) {
      map.put("rules", rules);
    }
    return map;
  }

  private static Map<String, Object> write(Rule rule) {
    Condition condition = rule.condition();
    if (condition.test().isPresent()) {
      throw new UnsupportedOperationException(
          rule.name() + " holds a predicate, which no configuration can say");
    }
    Map<String, Object> map = new LinkedHashMap<>();
    put(map, "status", condition.statuses().stream().map(PolicyWriter::status).toList());
    put(map, "exception", condition.exceptions());
    put(map, "sqlState", condition.sqlStates());
    Action action = rule.action();
    map.put("then", action.then().word());
    if (action.then() == Then.HOLD) {
      map.put("why", action.why());
    }
    action.time().ifPresent(time -> map.put("time", DurationText.format(time)));
    action.overrides().backoff().ifPresent(backoff -> put(map, backoff));
    action.overrides().jitter().ifPresent(jitter -> put(map, jitter));
    action.overrides().attempts().ifPresent(attempts -> map.put("attempts", attempts));
    action.overrides().dependency().ifPresent(name -> map.put("dependency", name));
    return map;
  }

  private static Object status(StatusRange range) {
    return range.first() == range.last() ? (Object) range.first() : range.toString();
  }

  private static Object number(double value) {
    return value == Math.rint(value) ? (Object) (int) value : value;
  }

  private static void put(Map<String, Object> map, String key, List<?> values) {
    if (!values.isEmpty()) {
      map.put(key, values.size() == 1 ? values.get(0) : values);
    }
  }

  private static void put(Map<String, Object> map, Jitter jitter) {
    map.put("jitter", jitter.kind().word());
    jitter.most().ifPresent(most -> map.put("jitterMax", DurationText.format(most)));
  }

  private static void put(Map<String, Object> map, Backoff backoff) {
    if (backoff instanceof FixedBackoff fixed) {
      put(map, BackoffKind.FIXED, "first", fixed.delay());
    } else if (backoff instanceof ListBackoff list) {
      map.put("backoff", BackoffKind.LIST.word());
      map.put("delays", list.delays().stream().map(DurationText::format).toList());
    } else if (backoff instanceof LinearBackoff linear) {
      put(map, BackoffKind.LINEAR, "first", linear.first());
      map.put("step", DurationText.format(linear.step()));
      map.put("max", DurationText.format(linear.bound()));
    } else if (backoff instanceof ExponentialBackoff exponential) {
      put(map, BackoffKind.EXPONENTIAL, "first", exponential.first());
      map.put("max", DurationText.format(exponential.bound()));
      map.put("factor", number(exponential.factor()));
    } else {
      throw new UnsupportedOperationException(
          backoff.getClass().getName() + " is an own backoff, which no configuration can say");
    }
  }

  private static void put(Map<String, Object> map, BackoffKind kind, String key, Duration delay) {
    map.put("backoff", kind.word());
    map.put(key, DurationText.format(delay));
  }
}
