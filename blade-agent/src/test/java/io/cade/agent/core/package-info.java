@NullMarked
package io.cade.agent.core;

import org.jspecify.annotations.NullMarked;
