"""Tests of carbonseal.desk."""
