// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.sentinel;

import com.alibaba.csp.sentinel.log.LogTarget;
import com.alibaba.csp.sentinel.log.Logger;
import com.alibaba.csp.sentinel.log.RecordLog;
import org.slf4j.LoggerFactory;

/**
 * What Sentinel logs, by SLF4J. Sentinel finds it when its first class is loaded; if it found none,
 * it would begin a file in the home of the user. Where an application brings one of its own,
 * Sentinel takes the one that comes first on the class path. Thread-safe.
 */
@LogTarget(RecordLog.LOGGER_NAME)
public final class SentinelLog implements Logger {
  private static final org.slf4j.Logger log = LoggerFactory.getLogger(RecordLog.LOGGER_NAME);

  /** For Sentinel's search. */
  public SentinelLog() {}

  @Override
  public void info(String format, Object... arguments) {
    log.info(format, arguments);
  }

  @Override
  public void info(String message, Throwable cause) {
    log.info(message, cause);
  }

  @Override
  public void warn(String format, Object... arguments) {
    log.warn(format, arguments);
  }

  @Override
  public void warn(String message, Throwable cause) {
    log.warn(message, cause);
  }

  @Override
  public void trace(String format, Object... arguments) {
    log.trace(format, arguments);
  }

  @Override
  public void trace(String message, Throwable cause) {
    log.trace(message, cause);
  }

  @Override
  public void debug(String format, Object... arguments) {
    log.debug(format, arguments);
  }

  @Override
  public void debug(String message, Throwable cause) {
    log.debug(message, cause);
  }

  @Override
  public void error(String format, Object... arguments) {
    log.error(format, arguments);
  }

  @Override
  public void error(String message, Throwable cause) {
    log.error(message, cause);
  }
}
