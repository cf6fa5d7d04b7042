"""The lived-in demonstration: agencies, a cast, and weeks of cases made by driving the engine itself."""
