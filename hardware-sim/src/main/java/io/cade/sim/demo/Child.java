package io.cade.sim.demo;

import java.util.concurrent.CompletableFuture;

/** A running process of the demonstration. Thread-safe; nothing here blocks. */
interface Child {
  /** Of the engine that it runs, when it is a guard; else its own. */
  long pid();

  /** Asks to be told, by any thread, when {@link #pid} is another than before. */
  void onOtherPid(Runnable told);

  /** Completes with the line that begins with {@code READY}; never when there is none. */
  CompletableFuture<String> ready();

  /** Completes with the exit code; with 128 + n when signal n ended it. */
  CompletableFuture<Integer> exit();

  /** What it wrote last; empty when it wrote nothing. */
  String lastLine();

  /** Tells it to end: standard input ends. */
  void closeInput();

  /** Tells it to end by signal. */
  void terminate();

  /** Ends it. */
  void kill();
}
