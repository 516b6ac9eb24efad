// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch.planted.core;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Every method does one thing that is out of bounds for the engine. */
final class TouchesTheRealWorld {

  private TouchesTheRealWorld() {}

  static Instant instant() {
    return Instant.now();
  }

  static Supplier<Instant> instantByReference() {
    return Instant::now;
  }

  static LocalDate dateOfZone() {
    return LocalDate.now(ZoneOffset.UTC);
  }

  static long millis() {
    return System.currentTimeMillis();
  }

  static long nanos() {
    return System.nanoTime();
  }

  static Clock clock() {
    return Clock.systemUTC();
  }

  static void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  static void sleepByUnit() throws InterruptedException {
    TimeUnit.SECONDS.sleep(1);
  }

  static Random random() {
    return new Random();
  }

  static Supplier<Random> randomByReference() {
    return Random::new;
  }

  static Random secureRandom() {
    return new SecureRandom();
  }

  static SplittableRandom splittableRandom() {
    return new SplittableRandom();
  }

  static Random threadRandom() {
    return ThreadLocalRandom.current();
  }

  static RandomGenerator generator() {
    return RandomGenerator.getDefault();
  }

  static double mathRandom() {
    return Math.random();
  }

  static UUID uuid() {
    return UUID.randomUUID();
  }

  static Thread thread() {
    return new Thread(() -> {});
  }

  static Timer timer() {
    return new Timer();
  }

  static ExecutorService executor() {
    return Executors.newCachedThreadPool();
  }

  static ExecutorService pool() {
    return new ForkJoinPool();
  }

  static CompletionStage<String> commonPool() {
    return CompletableFuture.supplyAsync(() -> "a");
  }

  static CompletionStage<String> commonPoolAfter(CompletionStage<String> stage) {
    return stage.thenApplyAsync(text -> text + "b");
  }

  static CompletableFuture<String> hiddenTimer(CompletableFuture<String> future) {
    return future.orTimeout(1, TimeUnit.SECONDS);
  }
}
