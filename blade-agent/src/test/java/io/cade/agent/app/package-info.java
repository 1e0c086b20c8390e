@NullMarked
package io.cade.agent.app;

import org.jspecify.annotations.NullMarked;
