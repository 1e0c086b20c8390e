package io.cade.engine.store;

final class MemoryCabinetStoreTest extends CabinetStoreContract {
  private final MemoryCabinetStore store = new MemoryCabinetStore();

  @Override
  CabinetStore open() {
    return store;
  }
}
